using AlbertNative.Evaluation;
using AlbertNative.Model;
using AlbertNative.Tokenization;

namespace AlbertNative.Training;

/// <summary>
/// Judges a model by what it is pre-trained for: guessing masked tokens and, where it has that head, telling whether two
/// segments were swapped. Masks and swaps are drawn from the seed alone, so that models are asked the same.
/// </summary>
public static class PreTrainingEvaluation
{
    /// <summary>Masks texts, and lets the model guess.</summary>
    /// <param name="model">The model, with a masked-language-model head.</param>
    /// <param name="documents">The texts.</param>
    /// <param name="maxLength">The most tokens of an input; null for what the model takes.</param>
    /// <param name="seed">What masks and swaps are drawn from.</param>
    /// <param name="cancellationToken">Stops the computation.</param>
    /// <exception cref="FormatException">The model has no such head.</exception>
    /// <exception cref="ArgumentException">The documents hold no text that could be masked.</exception>
    public static EvaluationSummary Of(
        TextModel model, IReadOnlyList<TextDocument> documents, int? maxLength = null, uint seed = 42, CancellationToken cancellationToken = default)
    {
        int length = Math.Min(maxLength ?? int.MaxValue, model.Config.MaxPositionCount);
        bool hasOrder = HasOrderHead(model);
        Run run = new(model, hasOrder, seed, cancellationToken);
        int examples = 0;
        for (int document = 0; document < documents.Count; document++)
        {
            List<SegmentTokens> lines = SegmentTokens.Lines(model.Tokenizer, documents[document]);
            PhiloxStream segments = new Philox(seed, RandomPurpose.Segments).Stream(0, document);
            foreach (SegmentPair pair in new SentenceOrderSampling(length).Pairs(lines, segments))
                run.Ask(pair, examples++);
        }
        CrossEntropyScores masked = run.Scores.MaskedTokens, order = run.Scores.SentenceOrder;
        if (masked.Count == 0)
            throw new ArgumentException("The documents hold no text that could be masked.", nameof(documents));
        List<KeyValuePair<string, double>> metrics =
        [
            new("masked_lm_accuracy", masked.Accuracy),
            new("masked_lm_loss", masked.Loss),
            new("perplexity", masked.Perplexity),
        ];
        if (hasOrder)
            metrics.AddRange([new("sentence_order_accuracy", order.Accuracy), new("sentence_order_loss", order.Loss), new("loss", run.Scores.Loss)]);
        return new()
        {
            Examples = examples,
            Metrics = metrics,
            Notes = [$"{masked.Count} masked tokens; masks and swaps are drawn with seed {seed}."],
        };
    }

    private static bool HasOrderHead(TextModel model)
    {
        try
        {
            return new SentencePairHead(model.Transformer).JudgesOrder;
        }
        catch (Checkpoints.CheckpointFormatException)
        {
            return false;
        }
    }

    private sealed class Run
    {
        private readonly Tokenizer _tokenizer;
        private readonly MaskedLMHead _words;
        private readonly SentencePairHead? _order;
        private readonly TokenMasking _masking;
        private readonly Philox _random;
        private readonly LogitsOutput _output = new();
        private readonly CancellationToken _cancellationToken;

        public Run(TextModel model, bool hasOrder, uint seed, CancellationToken cancellationToken)
        {
            _tokenizer = model.Tokenizer;
            _words = new(model.Transformer);
            _order = hasOrder ? new(model.Transformer) : null;
            _masking = new(_tokenizer.MaskId, _tokenizer.VocabularySize);
            _random = new(seed, RandomPurpose.Masking);
            _cancellationToken = cancellationToken;
        }

        public PreTrainingScores Scores { get; } = new();

        public void Ask(SegmentPair pair, int example)
        {
            int[] ids = [_tokenizer.ClsId, .. pair.First.Ids, _tokenizer.SepId, .. pair.Second.Ids, _tokenizer.SepId];
            int[] types = new int[ids.Length];
            types.AsSpan(pair.First.Length + 2).Fill(1);
            bool IsSpecial(int token) => token == 0 || token == pair.First.Length + 1 || token == ids.Length - 1;
            PhiloxStream random = _random.Stream(0, example);
            double[] draws = [.. Enumerable.Range(0, 4 * ids.Length).Select(_ => random.NextDouble())];
            MaskedInput masked = _masking.MaskEach(ids, IsSpecial, (token, which) => draws[4 * token + which]);
            TokenBatch batch = new();
            batch.Add(masked.InputIds, types);
            int[] rows = [.. Enumerable.Range(0, ids.Length).Where(token => masked.Labels[token] >= 0)];
            if (rows.Length > 0)
            {
                _words.Forward(batch, rows, _output, _cancellationToken);
                for (int i = 0; i < rows.Length; i++)
                    Scores.MaskedTokens.Add(_output.Logits[i], masked.Labels[rows[i]]);
            }
            if (_order is null)
                return;
            _order.Forward(batch, _output, cancellationToken: _cancellationToken);
            Scores.SentenceOrder.Add(_output.Logits[0], pair.IsSwapped ? 1 : 0);
        }
    }
}
