using AlbertNative.Evaluation;
using AlbertNative.Model;
using AlbertNative.Tokenization;

namespace AlbertNative.Training;

/// <summary>
/// ALBERT's pre-training (Lan et al., arXiv:1909.11942) on documents: masked words in n-grams, and the order of two consecutive
/// segments. What is hidden and swapped is drawn anew in each epoch; of a development set it is drawn once.
/// </summary>
public sealed class PreTrainingTask : TrainingTask
{
    private readonly int _maxLength;

    /// <summary>Prepares documents.</summary>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="train">What is learnt from.</param>
    /// <param name="dev">What each epoch is judged by, or null.</param>
    /// <param name="maxLength">The longest input in tokens, special ones included.</param>
    /// <param name="seed">The seed of segments, swaps and masks.</param>
    /// <exception cref="DataFormatException">A file has no text that two segments could be made of.</exception>
    public PreTrainingTask(Tokenizer tokenizer, DataSet<TextDocument> train, DataSet<TextDocument>? dev, int maxLength, long seed)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(train);
        _maxLength = maxLength;
        DataFiles = Describe(train, dev, "documents");
        Train = Prepare(tokenizer, train, unchecked((uint)seed));
        if (dev is not null)
            Dev = Prepare(tokenizer, dev, unchecked((uint)seed));
    }

    /// <inheritdoc/>
    public override ModelArchitecture Architecture => ModelArchitecture.PreTraining;

    /// <summary>None of its own: words, and whether segments are swapped.</summary>
    public override IReadOnlyList<string> Labels => [];

    /// <inheritdoc/>
    public override PreparedExamples Train { get; }

    /// <inheritdoc/>
    public override PreparedExamples? Dev { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> DataFiles { get; }

    /// <inheritdoc/>
    public override string Fingerprint => FormattableString.Invariant($"pretrain {_maxLength} {string.Join(';', DataFiles)}");

    /// <inheritdoc/>
    public override string MainMetric => "loss";

    /// <summary>LAMB for the large batches that it was made for (You et al., arXiv:1904.00962); AdamW below 256 examples.</summary>
    public override OptimizerKind OptimizerFor(int batchSize) => batchSize < 256 ? OptimizerKind.AdamW : OptimizerKind.Lamb;

    /// <summary>The order of segments is one of two.</summary>
    /// <exception cref="NotSupportedException">The model is no ALBERT: others judge whether one sentence follows another, and are not pre-trained here.</exception>
    public override ModelConfig ConfigOf(ModelConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return config.JudgesOrder
            ? config with { Labels = ModelConfig.NumberedLabels(2) }
            : throw new NotSupportedException("pre-training with the order of segments is ALBERT's; a BERT learns masked words alone (fill-mask)");
    }

    /// <inheritdoc/>
    public override TaskScores Evaluate(Trainer trainer, PreparedExamples examples)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        SegmentInputs inputs = (SegmentInputs)examples;
        PreTrainingScores scores = new();
        trainer.Evaluate(examples, (model, part) =>
        {
            int[] words = inputs.WordsOf(part.Span), swaps = inputs.SwapsOf(part.Span);
            for (int row = 0; row < words.Length; row++)
                scores.MaskedTokens.Add(model.Logits[row], words[row]);
            for (int sequence = 0; sequence < swaps.Length; sequence++)
                scores.SentenceOrder.Add(model.PairLogits[sequence], swaps[sequence]);
        });
        Dictionary<string, double> metrics = new(StringComparer.Ordinal)
        {
            ["loss"] = scores.Loss,
            ["masked_lm_accuracy"] = scores.MaskedTokens.Accuracy,
            ["masked_lm_loss"] = scores.MaskedTokens.Loss,
            ["sentence_order_accuracy"] = scores.SentenceOrder.Accuracy,
            ["sentence_order_loss"] = scores.SentenceOrder.Loss,
        };
        string block = string.Join('\n', metrics.Select(metric => FormattableString.Invariant($"{metric.Key} = {metric.Value:R}")));
        return new TaskScores(-scores.Loss, metrics, FormattableString.Invariant($"global_step = {trainer.Done}\n{block}"));
    }

    private SegmentInputs Prepare(Tokenizer tokenizer, DataSet<TextDocument> documents, uint seed)
    {
        SentenceOrderSampling sampling = new(_maxLength);
        Philox segments = new(seed, RandomPurpose.Segments);
        List<(SegmentTokens First, SegmentTokens Second)> pairs = [];
        for (int document = 0; document < documents.Count; document++)
        {
            List<SegmentTokens> lines = SegmentTokens.Lines(tokenizer, documents[document]);
            foreach (SegmentPair pair in sampling.Pairs(lines, segments.Stream(0, document)))
                pairs.Add(pair.IsSwapped ? (pair.Second, pair.First) : (pair.First, pair.Second));
        }
        if (pairs.Count == 0)
            throw new DataFormatException(documents.Path, 0, null, "the file has no text of two tokens and more");
        return new SegmentInputs([.. pairs], tokenizer, seed);
    }
}
