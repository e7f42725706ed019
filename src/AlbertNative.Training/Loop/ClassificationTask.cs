using AlbertNative.Model;
using AlbertNative.Tokenization;

namespace AlbertNative.Training;

/// <summary>Sequence classification: a text or a pair of texts, and one label of several.</summary>
public sealed class ClassificationTask : SequenceTask
{
    private readonly LabelSet _labels;
    private readonly bool _balanced;

    /// <summary>Prepares texts.</summary>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="train">What is learnt from; its labels are the model's, sorted by code unit.</param>
    /// <param name="dev">What each epoch is judged by, or null.</param>
    /// <param name="maxLength">The longest sequence in tokens, special ones included.</param>
    /// <param name="smoothing">Label smoothing.</param>
    /// <param name="balanced">Whether rare classes count more: each n / (classes · count), scikit-learn's "balanced".</param>
    /// <param name="modelLabels">The labels of the model that is trained on: where they are those of the training set, their order is kept. Null for none.</param>
    /// <exception cref="DataFormatException">A text has not exactly one label, or one that does not occur in the training set.</exception>
    public ClassificationTask(
        Tokenizer tokenizer, DataSet<LabelledText> train, DataSet<LabelledText>? dev, int maxLength, double smoothing = 0, bool balanced = false,
        IReadOnlyList<string>? modelLabels = null)
        : base(tokenizer, maxLength, ProblemType.SingleLabelClassification)
    {
        ArgumentNullException.ThrowIfNull(train);
        _balanced = balanced;
        _labels = new LabelSet(train.SelectMany(text => text.Labels), modelLabels);
        if (Labels.Count < 2)
            throw new DataFormatException(train.Path, 0, null, $"all examples have the label '{string.Concat(Labels)}': there is nothing to learn");
        DataFiles = Describe(train, dev, "examples");
        Train = Prepare(train, smoothing, balanced);
        LabelCounts = _labels.CountsOf(train.Select(text => text.Labels[0]));
        if (dev is not null)
            Dev = Add(dev);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Labels => _labels.Names;

    /// <inheritdoc/>
    public override IReadOnlyList<KeyValuePair<string, int>> LabelCounts { get; }

    /// <inheritdoc/>
    public override PreparedExamples Train { get; }

    /// <inheritdoc/>
    public override PreparedExamples? Dev { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> DataFiles { get; }

    /// <inheritdoc/>
    public override string Fingerprint => FormattableString.Invariant($"classify {MaxLength} {(_balanced ? "balanced " : "")}{string.Join(';', DataFiles)}");

    /// <inheritdoc/>
    public override string MainMetric => "macro_f1";

    /// <inheritdoc/>
    public override PreparedExamples Add(DataSet<LabelledText> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return Prepare(texts, smoothing: 0, balanced: false);
    }

    /// <inheritdoc/>
    public override TaskScores Evaluate(Trainer trainer, PreparedExamples examples)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        (float[][] logits, double loss) = Scores(trainer, examples);
        PredictedLabels[] predicted = [.. logits.Select(scores =>
        {
            int best = Probabilities.ArgMax(scores);
            return new PredictedLabels([Labels[best]], Probabilities.Softmax(scores)[best]);
        })];
        return TaskScores.Of(LabelEvaluation.Of(((JudgedInputs)examples).Texts, predicted), MainMetric, loss);
    }

    private JudgedInputs Prepare(DataSet<LabelledText> texts, double smoothing, bool balanced)
    {
        int[][] labels = new int[texts.Count][];
        int[] counts = new int[Labels.Count];
        for (int i = 0; i < texts.Count; i++)
        {
            LabelledText text = texts[i];
            if (text.Labels is not [string label])
                throw new DataFormatException(texts.Path, text.Line, null, $"{text.Labels.Count} labels where one is expected");
            int number = _labels.NumberOf(label, "label", texts.Path, text.Line);
            labels[i] = [number];
            counts[number]++;
        }
        float[]? weights = balanced ? [.. counts.Select(count => (float)(texts.Count / ((double)Labels.Count * count)))] : null;
        return new JudgedInputs(new LabelledInputs(Encode(texts), labels, smoothing, weights), texts);
    }
}
