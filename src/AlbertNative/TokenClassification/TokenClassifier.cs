using AlbertNative.Model;
using AlbertNative.Tokenization;

namespace AlbertNative;

/// <summary>
/// Labels tokens, words and entities (names, parts of speech): Hugging Face's token-classification pipeline.
/// </summary>
public sealed class TokenClassifier : AlbertTask
{
    private readonly AlbertForTokenClassification _model;

    /// <summary>Makes the task of a model that the caller keeps.</summary>
    /// <exception cref="ArgumentException">Model, tokenizer and options do not fit together.</exception>
    public TokenClassifier(AlbertForTokenClassification model, Tokenizer tokenizer, TaskOptions? options = null)
        : this(model, tokenizer, options ?? TaskOptions.Default, ownsModel: false)
    {
    }

    private TokenClassifier(AlbertForTokenClassification model, Tokenizer tokenizer, TaskOptions options, bool ownsModel)
        : base(model, tokenizer, options, ownsModel)
    {
        _model = model;
    }

    /// <summary>Loads a model from whatever <see cref="ModelFiles.Open"/> takes: a directory, a one-file model, or a name on the hub.</summary>
    /// <exception cref="FormatException">A file is malformed or not supported; names it.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="ArgumentException">Model, tokenizer and options do not fit together.</exception>
    /// <exception cref="Hub.HubException">The named model could not be fetched.</exception>
    public static TokenClassifier Load(string path, TaskOptions? options = null)
    {
        options ??= TaskOptions.Default;
        return Load(
            path,
            options,
            AlbertForTokenClassification.Load,
            (model, tokenizer) => new TokenClassifier(model, tokenizer, options, ownsModel: true));
    }

    /// <summary>The entities of a text, in order.</summary>
    /// <param name="text">
    /// The text. Where it is read in windows, each token is labelled once, in the window that shows most around it.
    /// </param>
    /// <param name="options">How tokens are joined, and which labels are left out.</param>
    /// <param name="cancellation">Stops the computation.</param>
    /// <exception cref="ArgumentException">The text has too many tokens.</exception>
    public IReadOnlyList<Entity> Classify(
        string text, TokenClassificationOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Classify([text], options, cancellation).Single();
    }

    /// <summary>The entities of each text: lazily, in order, many texts in one pass.</summary>
    /// <exception cref="ArgumentException">When a text's turn comes that has too many tokens.</exception>
    public IEnumerable<IReadOnlyList<Entity>> Classify(
        IEnumerable<string> texts, TokenClassificationOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        options ??= TokenClassificationOptions.Default;
        return Stream<string, LogitsOutput, IReadOnlyList<Entity>>(
            texts, text => Inputs.Encode(text, text), (batch, output) => Entities(batch, output, options, cancellation), cancellation);
    }

    /// <summary>One label for each word of a text that the caller has split.</summary>
    /// <param name="words">The words.</param>
    /// <param name="strategy">
    /// Which of a word's tokens decide; <see cref="AggregationStrategy.None"/> and
    /// <see cref="AggregationStrategy.Simple"/> mean the first.
    /// </param>
    /// <param name="cancellation">Stops the computation.</param>
    /// <returns>
    /// A label for each word; null for a word that the tokenizer makes nothing of, such as an empty one, or that was
    /// cut off.
    /// </returns>
    /// <exception cref="ArgumentException">The text has too many tokens.</exception>
    public IReadOnlyList<LabelScore?> ClassifyWords(
        IReadOnlyList<string> words,
        AggregationStrategy strategy = AggregationStrategy.First,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(words);
        return ClassifyWords([words], strategy, cancellation).Single();
    }

    /// <summary>One label for each word of each text: lazily, in order, many texts in one pass.</summary>
    /// <exception cref="ArgumentException">When a text's turn comes that has too many tokens.</exception>
    public IEnumerable<IReadOnlyList<LabelScore?>> ClassifyWords(
        IEnumerable<IReadOnlyList<string>> texts,
        AggregationStrategy strategy = AggregationStrategy.First,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return Stream<IReadOnlyList<string>, LogitsOutput, IReadOnlyList<LabelScore?>>(
            texts,
            words => Inputs.EncodeWords(words, words),
            (batch, output) => Words(batch, output, strategy, cancellation),
            cancellation);
    }

    private IReadOnlyList<Entity>[] Entities(
        ModelBatch<string> batch, LogitsOutput output, TokenClassificationOptions options, CancellationToken cancellation)
    {
        _model.Forward(batch.Tokens, output, hiddenStates: false, cancellation);
        return batch.Select((i, input) => (IReadOnlyList<Entity>)
            [.. EntityAggregation.Aggregate(Predictions(input, batch.TokenRows(i), output), Config.Labels, options.Aggregation)
                .Where(entity => !options.IgnoredLabels.Contains(entity.Label))]);
    }

    // [CLS] and [SEP] are no part of the text, not even where the text spells them.
    private List<TokenPrediction> Predictions(EncodedInput<string> input, int[] rows, LogitsOutput output)
    {
        Encoding encoding = input.Encoding;
        List<TokenPrediction> predictions = [];
        for (int token = 0; token < encoding.Count; token++)
        {
            int id = encoding.Ids[token];
            if (encoding.IsSpecial(token) || id == Tokenizer.ClsId || id == Tokenizer.SepId)
                continue;

            TextSpan span = encoding.Spans[token];
            bool unknown = id == Tokenizer.UnknownId;
            predictions.Add(new(
                unknown ? input.Input[span.Start..span.End] : Tokenizer.IdToToken(id),
                Probabilities.Softmax(output.Logits[rows[token]]),
                span,
                token,
                ContinuesWord: !unknown && TokenPrediction.Continues(input.Input, span)));
        }
        return predictions;
    }

    private IReadOnlyList<LabelScore?>[] Words(
        ModelBatch<IReadOnlyList<string>> batch, LogitsOutput output, AggregationStrategy strategy, CancellationToken cancellation)
    {
        _model.Forward(batch.Tokens, output, hiddenStates: false, cancellation);
        return batch.Select((i, input) =>
        {
            int[] rows = batch.TokenRows(i);
            List<int>[] tokens = WordTokens.Of(input.Encoding, input.Input.Count);
            return (IReadOnlyList<LabelScore?>)Array.ConvertAll(tokens, word => LabelWord(word, rows, output, strategy));
        });
    }

    private LabelScore? LabelWord(List<int> tokens, int[] rows, LogitsOutput output, AggregationStrategy strategy)
    {
        if (tokens.Count == 0)
            return null;
        float[][] tokenScores = [.. tokens.Select(token => Probabilities.Softmax(output.Logits[rows[token]]))];
        float[] scores = EntityAggregation.WordScores(tokenScores, strategy);
        int best = Probabilities.ArgMax(scores);
        return new LabelScore(Config.Labels[best], scores[best]);
    }
}
