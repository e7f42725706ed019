using System.Globalization;
using AlbertNative.Model;
using AlbertNative.Tokenization;

namespace AlbertNative.Training;

/// <summary>Regression: a text or a pair of texts, and a number, or several of as many label columns; mean squared error.</summary>
public sealed class RegressionTask : SequenceTask
{
    /// <summary>Prepares texts, whose labels are numbers.</summary>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="train">What is learnt from.</param>
    /// <param name="dev">What each epoch is judged by, or null.</param>
    /// <param name="maxLength">The longest sequence in tokens, special ones included.</param>
    /// <exception cref="DataFormatException">A label is no number, or a text has more or fewer of them than the first.</exception>
    public RegressionTask(Tokenizer tokenizer, DataSet<LabelledText> train, DataSet<LabelledText>? dev, int maxLength)
        : base(tokenizer, maxLength, ProblemType.Regression)
    {
        ArgumentNullException.ThrowIfNull(train);
        Labels = ModelConfig.NumberedLabels(Math.Max(1, train[0].Labels.Count));
        DataFiles = Describe(train, dev, "examples");
        Train = Add(train);
        if (dev is not null)
            Dev = Add(dev);
    }

    /// <summary>One for each number, without a meaning of its own.</summary>
    public override IReadOnlyList<string> Labels { get; }

    /// <inheritdoc/>
    public override PreparedExamples Train { get; }

    /// <inheritdoc/>
    public override PreparedExamples? Dev { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> DataFiles { get; }

    /// <inheritdoc/>
    public override string Fingerprint => FormattableString.Invariant($"classify regression {MaxLength} {string.Join(';', DataFiles)}");

    /// <inheritdoc/>
    public override string MainMetric => "pearson";

    /// <inheritdoc/>
    public override PreparedExamples Add(DataSet<LabelledText> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        float[][] values = [.. texts.Select(text => text.Labels.Count == Labels.Count
            ? text.Labels.Select(label => Number(texts.Path, text.Line, label)).ToArray()
            : throw new DataFormatException(texts.Path, text.Line, null, $"{text.Labels.Count} numbers where {Labels.Count} are expected"))];
        return new JudgedInputs(new ValuedInputs(Encode(texts), values, binary: false), texts);
    }

    /// <summary>Of several numbers each is judged by itself, and the means are reported.</summary>
    public override TaskScores Evaluate(Trainer trainer, PreparedExamples examples)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        DataSet<LabelledText> texts = ((JudgedInputs)examples).Texts;
        (float[][] logits, double loss) = Scores(trainer, examples);
        EvaluationSummary[] columns = [.. Enumerable.Range(0, Labels.Count).Select(column => ScoreEvaluation.Of(
            texts, [.. texts.Select(text => double.Parse(text.Labels[column], CultureInfo.InvariantCulture))],
            [.. logits.Select(scores => (double)scores[column])], similarity: false))];
        EvaluationSummary all = columns[0] with
        {
            Metrics = [.. columns[0].Metrics.Select(metric => KeyValuePair.Create(metric.Key, columns.Average(column => column[metric.Key])))],
        };
        return TaskScores.Of(all, MainMetric, loss);
    }

    private static float Number(string path, int line, string label)
    {
        float number = (float)PredictionFiles.Number(path, line, "label", label);
        return float.IsFinite(number) ? number : throw new DataFormatException(path, line, "label", $"'{label}' is too large");
    }
}
