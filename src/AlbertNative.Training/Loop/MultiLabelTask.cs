using AlbertNative.Model;
using AlbertNative.Tokenization;

namespace AlbertNative.Training;

/// <summary>
/// Sequence classification with any number of labels for a text, each judged by itself: binary cross entropy; a label is given
/// where its probability is above one half.
/// </summary>
public sealed class MultiLabelTask : SequenceTask
{
    private readonly LabelSet _labels;

    /// <summary>Prepares texts.</summary>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="train">What is learnt from; its labels are the model's, sorted by code unit.</param>
    /// <param name="dev">What each epoch is judged by, or null.</param>
    /// <param name="maxLength">The longest sequence in tokens, special ones included.</param>
    /// <param name="modelLabels">The labels of the model that is trained on: where they are those of the training set, their order is kept. Null for none.</param>
    /// <exception cref="DataFormatException">There is no label at all, or one that does not occur in the training set.</exception>
    public MultiLabelTask(
        Tokenizer tokenizer, DataSet<LabelledText> train, DataSet<LabelledText>? dev, int maxLength, IReadOnlyList<string>? modelLabels = null)
        : base(tokenizer, maxLength, ProblemType.MultiLabelClassification)
    {
        ArgumentNullException.ThrowIfNull(train);
        _labels = new LabelSet(train.SelectMany(text => text.Labels), modelLabels);
        if (Labels.Count == 0)
            throw new DataFormatException(train.Path, 0, null, "no example has a label: there is nothing to learn");
        DataFiles = Describe(train, dev, "examples");
        Train = Add(train);
        LabelCounts = _labels.CountsOf(train.SelectMany(text => text.Labels.Distinct(StringComparer.Ordinal)));
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
    public override string Fingerprint => FormattableString.Invariant($"classify multi-label {MaxLength} {string.Join(';', DataFiles)}");

    /// <inheritdoc/>
    public override string MainMetric => "micro_f1";

    /// <inheritdoc/>
    public override PreparedExamples Add(DataSet<LabelledText> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        float[][] values = new float[texts.Count][];
        for (int i = 0; i < texts.Count; i++)
        {
            values[i] = new float[Labels.Count];
            foreach (string label in texts[i].Labels)
                values[i][_labels.NumberOf(label, "label", texts.Path, texts[i].Line)] = 1;
        }
        return new JudgedInputs(new ValuedInputs(Encode(texts), values, binary: true), texts);
    }

    /// <inheritdoc/>
    public override TaskScores Evaluate(Trainer trainer, PreparedExamples examples)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        (float[][] logits, double loss) = Scores(trainer, examples);
        PredictedLabels[] predicted = [.. logits.Select(scores => new PredictedLabels(
            [.. Labels.Where((_, label) => scores[label] > 0)], Probabilities.Sigmoid(scores).Max()))];
        return TaskScores.Of(LabelEvaluation.OfSeveral(((JudgedInputs)examples).Texts, predicted, Labels), MainMetric, loss);
    }
}
