using AlbertNative.Evaluation;
using AlbertNative.Model;
using AlbertNative.Tokenization;

namespace AlbertNative.Training;

/// <summary>
/// Masked language modelling on plain text, as Hugging Face's <c>run_mlm</c> prepares it: lines joined and cut into blocks, 15 %
/// of whose tokens are hidden, anew in each epoch. What a development set hides is drawn once.
/// </summary>
public sealed class MaskedLanguageTask : TrainingTask
{
    private readonly int _blockLength;
    private readonly bool _lineByLine;
    private readonly double _probability;

    /// <summary>Prepares texts.</summary>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="train">What is learnt from.</param>
    /// <param name="dev">What each epoch is judged by, or null.</param>
    /// <param name="blockLength">The tokens of a block.</param>
    /// <param name="seed">The seed of what is hidden.</param>
    /// <param name="lineByLine">Whether each line is an example, cut off at the length of a block; else lines are joined.</param>
    /// <param name="probability">The share of tokens that are hidden.</param>
    /// <exception cref="ArgumentOutOfRangeException">The share is not above 0 and below 1.</exception>
    public MaskedLanguageTask(
        Tokenizer tokenizer, DataSet<TextDocument> train, DataSet<TextDocument>? dev, int blockLength, long seed, bool lineByLine = false, double probability = 0.15)
    {
        if (!(probability is > 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(probability), probability, "expected a share above 0, below 1");
        (_lineByLine, _probability) = (lineByLine, probability);
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(train);
        _blockLength = blockLength;
        DataFiles = Describe(train, dev, "texts");
        Train = Prepare(tokenizer, train, unchecked((uint)seed));
        if (dev is not null)
            Dev = Prepare(tokenizer, dev, unchecked((uint)seed));
    }

    /// <inheritdoc/>
    public override ModelArchitecture Architecture => ModelArchitecture.MaskedLM;

    /// <summary>None: the labels are the vocabulary.</summary>
    public override IReadOnlyList<string> Labels => [];

    /// <inheritdoc/>
    public override PreparedExamples Train { get; }

    /// <inheritdoc/>
    public override PreparedExamples? Dev { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> DataFiles { get; }

    /// <inheritdoc/>
    public override string Fingerprint => FormattableString.Invariant($"fill-mask {_blockLength} {(_lineByLine ? "lines " : "")}{_probability} {string.Join(';', DataFiles)}");

    /// <inheritdoc/>
    public override string MainMetric => "masked_lm_accuracy";

    /// <inheritdoc/>
    public override ModelConfig ConfigOf(ModelConfig config) => config;

    /// <inheritdoc/>
    public override TaskScores Evaluate(Trainer trainer, PreparedExamples examples)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        MaskedInputs inputs = (MaskedInputs)examples;
        CrossEntropyScores scores = new();
        double loss = trainer.Evaluate(examples, (model, part) =>
        {
            int[] labels = inputs.LabelsOf(part.Span);
            for (int row = 0; row < labels.Length; row++)
            {
                if (labels[row] != ClassTargets.Ignored)
                    scores.Add(model.Logits[row], labels[row]);
            }
        });
        Dictionary<string, double> metrics = new(StringComparer.Ordinal)
        {
            ["loss"] = loss,
            ["masked_lm_accuracy"] = scores.Accuracy,
            ["perplexity"] = scores.Perplexity,
        };
        string report = FormattableString.Invariant($"masked_lm_accuracy {scores.Accuracy:F4}  masked_lm_loss {scores.Loss:F4}  ({scores.Count} tokens)");
        return new TaskScores(scores.Accuracy, metrics, report);
    }

    private MaskedInputs Prepare(Tokenizer tokenizer, DataSet<TextDocument> documents, uint seed)
    {
        EncodeOptions options = new() { MaxLength = _lineByLine ? _blockLength : null };
        IEnumerable<int[]> lines = documents.SelectMany(document => document.Lines).Select(line => tokenizer.Encode(line, options).Ids.ToArray());
        int[][] blocks = [.. _lineByLine ? lines : TextBlocks.Cut(lines, _blockLength)];
        if (blocks.Length == 0)
            throw new DataFormatException(documents.Path, 0, null, "the file has no text");
        TokenMasking masking = new(tokenizer.MaskId, tokenizer.VocabularySize) { Probability = _probability };
        return new MaskedInputs(blocks, masking, id => id == tokenizer.ClsId || id == tokenizer.SepId || id == tokenizer.PadId, seed);
    }
}
