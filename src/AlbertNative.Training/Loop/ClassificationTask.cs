using AlbertNative.Evaluation;
using AlbertNative.Model;
using AlbertNative.Tokenization;

namespace AlbertNative.Training;

/// <summary>Sequence classification: a text or a pair of texts, and one label of several.</summary>
public sealed class ClassificationTask : TrainingTask
{
    private readonly Tokenizer _tokenizer;
    private readonly Dictionary<string, int> _numbers;
    private readonly int _maxLength;
    private readonly bool _balanced;

    /// <summary>Prepares texts.</summary>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="train">What is learnt from; its labels, sorted by code unit, are the model's.</param>
    /// <param name="dev">What each epoch is judged by, or null.</param>
    /// <param name="maxLength">The longest sequence in tokens, special ones included.</param>
    /// <param name="smoothing">Label smoothing.</param>
    /// <param name="balanced">Whether rare classes count more: each n / (classes · count), scikit-learn's "balanced".</param>
    /// <exception cref="DataFormatException">A text has not exactly one label, or one that does not occur in the training set.</exception>
    public ClassificationTask(
        Tokenizer tokenizer, DataSet<LabelledText> train, DataSet<LabelledText>? dev, int maxLength, double smoothing = 0, bool balanced = false)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(train);
        _tokenizer = tokenizer;
        _maxLength = maxLength;
        _balanced = balanced;
        string[] labels = [.. train.SelectMany(text => text.Labels).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (labels.Length < 2)
            throw new DataFormatException(train.Path, 0, null, $"all examples have the label '{labels.FirstOrDefault()}': there is nothing to learn");
        Labels = labels;
        _numbers = labels.Select((label, number) => (label, number)).ToDictionary(pair => pair.label, pair => pair.number, StringComparer.Ordinal);
        DataFiles = Describe(train, dev, "examples");
        Train = Prepare(train, smoothing, balanced);
        if (dev is not null)
            Dev = Add(dev);
    }

    /// <inheritdoc/>
    public override ModelArchitecture Architecture => ModelArchitecture.SequenceClassification;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Labels { get; }

    /// <inheritdoc/>
    public override PreparedExamples Train { get; }

    /// <inheritdoc/>
    public override PreparedExamples? Dev { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> DataFiles { get; }

    /// <inheritdoc/>
    public override string Fingerprint => FormattableString.Invariant($"classify {_maxLength} {(_balanced ? "balanced " : "")}{string.Join(';', DataFiles)}");

    /// <inheritdoc/>
    public override string MainMetric => "macro_f1";

    /// <inheritdoc/>
    public override ModelConfig ConfigOf(ModelConfig config) => base.ConfigOf(config) with { ProblemType = ProblemType.SingleLabelClassification };

    /// <summary>Prepares further texts to be judged.</summary>
    /// <exception cref="DataFormatException">A label does not occur in the training set.</exception>
    public PreparedExamples Add(DataSet<LabelledText> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return Prepare(texts, smoothing: 0, balanced: false);
    }

    /// <inheritdoc/>
    public override TaskScores Evaluate(Trainer trainer, PreparedExamples examples)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        LabelledInputs inputs = (LabelledInputs)examples;
        string[] truth = [.. Enumerable.Range(0, inputs.Count).Select(i => Labels[inputs.LabelsOf(i)[0]])], predicted = new string[inputs.Count];
        double loss = trainer.Evaluate(examples, (model, part) =>
        {
            for (int i = 0; i < part.Length; i++)
                predicted[part.Span[i]] = Labels[Best(model.Logits[i])];
        });
        ClassificationReport report = ClassificationReport.Of(truth, predicted);
        Dictionary<string, double> metrics = new(StringComparer.Ordinal)
        {
            ["loss"] = loss,
            ["accuracy"] = report.Accuracy,
            ["macro_f1"] = report.Macro.F1,
            ["weighted_f1"] = report.Weighted.F1,
            ["matthews"] = report.Matthews,
        };
        return new TaskScores(report.Macro.F1, metrics, report.ToString());
    }

    private LabelledInputs Prepare(DataSet<LabelledText> texts, double smoothing, bool balanced)
    {
        EncodeOptions options = new() { MaxLength = _maxLength };
        ModelInput[] inputs = new ModelInput[texts.Count];
        int[][] labels = new int[texts.Count][];
        int[] counts = new int[Labels.Count];
        for (int i = 0; i < texts.Count; i++)
        {
            LabelledText text = texts[i];
            if (text.Labels is not [string label])
                throw new DataFormatException(texts.Path, text.Line, null, $"{text.Labels.Count} labels where one is expected");
            if (!_numbers.TryGetValue(label, out int number))
                throw new DataFormatException(texts.Path, text.Line, null, $"the label '{label}' does not occur in the training data");
            inputs[i] = ModelInput.Of(text.Pair is null ? _tokenizer.Encode(text.Text, options) : _tokenizer.Encode(text.Text, text.Pair, options));
            labels[i] = [number];
            counts[number]++;
        }
        float[]? weights = balanced ? [.. counts.Select(count => (float)(texts.Count / ((double)Labels.Count * count)))] : null;
        return new LabelledInputs(inputs, labels, smoothing, weights);
    }
}
