using AlbertNative.Model;

namespace AlbertNative.Training;

/// <summary>What an evaluation measured.</summary>
/// <param name="Main">The metric by which the best model is chosen; larger is better.</param>
/// <param name="Metrics">All of them by name, the loss among them.</param>
/// <param name="Report">A table for people.</param>
public sealed record TaskScores(double Main, IReadOnlyDictionary<string, double> Metrics, string Report);

/// <summary>What a model shall learn: its class and labels, the examples, and how it is judged.</summary>
public abstract class TrainingTask
{
    /// <summary>The class.</summary>
    public abstract ModelArchitecture Architecture { get; }

    /// <summary>The labels in the order of the scores.</summary>
    public abstract IReadOnlyList<string> Labels { get; }

    /// <summary>What is learnt from.</summary>
    public abstract PreparedExamples Train { get; }

    /// <summary>What each epoch is judged by; null for no judging.</summary>
    public abstract PreparedExamples? Dev { get; }

    /// <summary>The data's files and how they are prepared, for what must be the same when a run is gone on with.</summary>
    public abstract string Fingerprint { get; }

    /// <summary>What stands in the model card about data.</summary>
    public abstract IReadOnlyList<string> DataFiles { get; }

    /// <summary>The name of the metric by which the best model is chosen.</summary>
    public abstract string MainMetric { get; }

    /// <summary>The configuration of the model that is trained, from that of the one it begins with.</summary>
    public virtual ModelConfig ConfigOf(ModelConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return config with { Labels = [.. Labels] };
    }

    /// <summary>Judges the model as it is now.</summary>
    public abstract TaskScores Evaluate(Trainer trainer, PreparedExamples examples);

    /// <summary>The entries of <see cref="DataFiles"/>.</summary>
    private protected static string[] Describe<T>(DataSet<T> train, DataSet<T>? dev, string examples)
    {
        return dev is null ? [Entry(train)] : [Entry(train), Entry(dev)];

        string Entry(DataSet<T> set) => FormattableString.Invariant($"{Path.GetFileName(set.Path)}, {set.Count} {examples}, SHA-256 {set.Sha256}");
    }

    /// <summary>The place of a row's largest score; of equal ones the first.</summary>
    private protected static int Best(ReadOnlySpan<float> scores)
    {
        int best = 0;
        for (int i = 1; i < scores.Length; i++)
        {
            if (scores[i] > scores[best])
                best = i;
        }
        return best;
    }
}
