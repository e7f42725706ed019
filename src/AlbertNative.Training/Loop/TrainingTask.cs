using AlbertNative.Model;

namespace AlbertNative.Training;

/// <summary>What an evaluation measured.</summary>
/// <param name="Main">The metric by which the best model is chosen; larger is better.</param>
/// <param name="Metrics">All of them by name, the loss among them.</param>
/// <param name="Report">A table for people.</param>
public sealed record TaskScores(double Main, IReadOnlyDictionary<string, double> Metrics, string Report)
{
    /// <summary>The judgement as <c>albert evaluate</c> gives it, with the confusion matrix and the worst errors; null where there is none.</summary>
    public EvaluationSummary? Summary { get; init; }

    /// <summary>The scores of a judgement.</summary>
    /// <param name="summary">The judgement.</param>
    /// <param name="main">The metric that is the main one.</param>
    /// <param name="loss">The loss.</param>
    internal static TaskScores Of(EvaluationSummary summary, string main, double loss)
    {
        Dictionary<string, double> metrics = new(StringComparer.Ordinal) { ["loss"] = loss };
        foreach ((string name, double value) in summary.Metrics)
            metrics[name] = value;
        string report = summary.Report.Length > 0
            ? summary.Report : string.Join("  ", summary.Metrics.Select(metric => FormattableString.Invariant($"{metric.Key} {metric.Value:F4}")));
        return new TaskScores(metrics[main], metrics, report) { Summary = summary };
    }
}

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

    /// <summary>How often each label stands in the training set; empty where labels are not counted.</summary>
    public virtual IReadOnlyList<KeyValuePair<string, int>> LabelCounts => [];

    /// <summary>The configuration of the model that is trained, from that of the one it begins with.</summary>
    public virtual ModelConfig ConfigOf(ModelConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return config with { Labels = [.. Labels] };
    }

    /// <summary>The optimizer where none is chosen: AdamW.</summary>
    /// <param name="batchSize">The examples of one update.</param>
    public virtual OptimizerKind OptimizerFor(int batchSize) => OptimizerKind.AdamW;

    /// <summary>Whether a parameter is trained for this task.</summary>
    public virtual bool Trains(TrainableParameter parameter) => true;

    /// <summary>Files beside those of every trained model, by their names in its directory.</summary>
    public virtual IReadOnlyDictionary<string, byte[]> ExtraFiles(ModelConfig config) => new Dictionary<string, byte[]>();

    /// <summary>Judges the model as it is now.</summary>
    public abstract TaskScores Evaluate(Trainer trainer, PreparedExamples examples);

    /// <summary>The entries of <see cref="DataFiles"/>.</summary>
    private protected static string[] Describe<T>(DataSet<T> train, DataSet<T>? dev, string examples)
    {
        return dev is null ? [Entry(train)] : [Entry(train), Entry(dev)];

        string Entry(DataSet<T> set) => FormattableString.Invariant($"{Path.GetFileName(set.Path)}, {set.Count} {examples}, SHA-256 {set.Sha256}");
    }
}
