using AlbertNative.Evaluation;
using AlbertNative.Model;
using AlbertNative.Tokenization;

namespace AlbertNative;

/// <summary>
/// Labels tokens, words and entities (names, parts of speech): Hugging Face's token-classification pipeline.
/// </summary>
public sealed class TokenClassifier : TextTask
{
    private readonly TokenClassificationHead _head;
    private readonly OutputPool<LogitsOutput> _outputs = new();

    /// <summary>Makes the task of an opened model, which stays the caller's.</summary>
    /// <exception cref="FormatException">The model does not hold the head's weights.</exception>
    /// <exception cref="ArgumentException">Model, tokenizer and options do not fit together.</exception>
    public TokenClassifier(TextModel model, TaskOptions? options = null)
        : base(model, options) => _head = new TokenClassificationHead(model.Transformer);

    /// <summary>What the task is called, and what it needs.</summary>
    public static TaskDescription Description { get; } = new()
    {
        Name = "token-classification",
        Command = "tag",
        Summary = "Label the tokens, words or entities of texts",
        TelemetryName = "token_classification",
        Architectures = [ModelArchitecture.TokenClassification],
        TaskType = typeof(TokenClassifier),
        Create = (model, options) => new TokenClassifier(model, options),
    };

    /// <summary>Opens a model for this task alone: a directory, a one-file model, or a name on the hub (<see cref="TextModel.Open"/>).</summary>
    /// <exception cref="FormatException">A file is malformed, not supported, or lacks the task's head; names it.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="ArgumentException">Model, tokenizer and options do not fit together.</exception>
    /// <exception cref="Hub.HubException">The named model could not be fetched.</exception>
    public static TokenClassifier Load(string path, TaskOptions? options = null, TextModelOptions? modelOptions = null) =>
        Own(TextModel.Open(path, modelOptions), model => new TokenClassifier(model, options));

    /// <summary>The entities of a text, in order.</summary>
    /// <param name="text">
    /// The text. Where it is read in windows, each token is labelled once, in the window that shows most around it.
    /// </param>
    /// <param name="options">How tokens are joined, and which labels are left out.</param>
    /// <param name="cancellationToken">Stops the computation.</param>
    /// <exception cref="ArgumentException">The text has too many tokens.</exception>
    public IReadOnlyList<Entity> Classify(
        string text, TokenClassificationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Operation(options).Run(text, cancellationToken);
    }

    /// <summary>The entities of each text: lazily, in order, many texts in one pass.</summary>
    /// <exception cref="ArgumentException">When a text's turn comes that has too many tokens.</exception>
    public IEnumerable<IReadOnlyList<Entity>> Classify(
        IEnumerable<string> texts, TokenClassificationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return Operation(options).Run(texts, cancellationToken);
    }

    /// <summary>As <see cref="Classify(string, TokenClassificationOptions, CancellationToken)"/>, without a thread that waits.</summary>
    /// <exception cref="ArgumentException">The text has too many tokens.</exception>
    public Task<IReadOnlyList<Entity>> ClassifyAsync(
        string text, TokenClassificationOptions? options = null, CancellationToken cancellationToken = default) =>
        Operation(options).RunAsync(text, cancellationToken);

    /// <summary>The finding of entities in its parts.</summary>
    /// <exception cref="ArgumentException">A label of the model does not follow the scheme.</exception>
    public TaskOperation<string, IReadOnlyList<Entity>> Operation(TokenClassificationOptions? options = null)
    {
        options ??= TokenClassificationOptions.Default;
        WordDecoder? decoder = WordDecoder.Of(_head.Transitions, Config.Labels, options.Scheme);
        return Operation<string, LogitsOutput, IReadOnlyList<Entity>>(
            _outputs,
            text => Inputs.Encode(text, text),
            HeadForward<string, LogitsOutput>.Of(_head),
            (batch, i, output) => Entities(batch, i, output, options, decoder));
    }

    /// <summary>The labelling of words in its parts.</summary>
    /// <param name="strategy">Which of a word's tokens decide; where labels are chosen together, the first.</param>
    /// <param name="scheme">As <see cref="TokenClassificationOptions.Scheme"/>.</param>
    /// <exception cref="ArgumentException">A label of the model does not follow the scheme.</exception>
    public TaskOperation<IReadOnlyList<string>, IReadOnlyList<LabelScore?>> WordOperation(
        AggregationStrategy strategy = AggregationStrategy.First, TagScheme? scheme = null)
    {
        WordDecoder? decoder = WordDecoder.Of(_head.Transitions, Config.Labels, scheme);
        return Operation<IReadOnlyList<string>, LogitsOutput, IReadOnlyList<LabelScore?>>(
            _outputs,
            words => Inputs.EncodeWords(words, words),
            HeadForward<IReadOnlyList<string>, LogitsOutput>.Of(_head),
            (batch, i, output) => Words(batch, i, output, strategy, decoder));
    }

    /// <summary>One label for each word of a text that the caller has split.</summary>
    /// <param name="words">The words.</param>
    /// <param name="strategy">
    /// Which of a word's tokens decide; <see cref="AggregationStrategy.None"/> and
    /// <see cref="AggregationStrategy.Simple"/> mean the first.
    /// </param>
    /// <param name="cancellationToken">Stops the computation.</param>
    /// <returns>
    /// A label for each word; null for a word that the tokenizer makes nothing of, such as an empty one, or that was
    /// cut off.
    /// </returns>
    /// <exception cref="ArgumentException">The text has too many tokens.</exception>
    public IReadOnlyList<LabelScore?> ClassifyWords(
        IReadOnlyList<string> words,
        AggregationStrategy strategy = AggregationStrategy.First,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(words);
        return WordOperation(strategy).Run(words, cancellationToken);
    }

    /// <summary>One label for each word of each text: lazily, in order, many texts in one pass.</summary>
    /// <exception cref="ArgumentException">When a text's turn comes that has too many tokens.</exception>
    public IEnumerable<IReadOnlyList<LabelScore?>> ClassifyWords(
        IEnumerable<IReadOnlyList<string>> texts,
        AggregationStrategy strategy = AggregationStrategy.First,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return WordOperation(strategy).Run(texts, cancellationToken);
    }

    private IReadOnlyList<Entity> Entities(
        ModelBatch<string> batch, int i, LogitsOutput output, TokenClassificationOptions options, WordDecoder? decoder)
    {
        int[] rows = batch.TokenRows(i);
        List<TokenPrediction> tokens = Predictions(batch.Inputs[i], rows, output);
        AggregationStrategy strategy = options.Aggregation;
        if (decoder is not null)
        {
            tokens = decoder.Decode(tokens, output.Logits, rows);
            strategy = strategy is AggregationStrategy.Average or AggregationStrategy.Max ? AggregationStrategy.First : strategy;
        }
        return [.. EntityAggregation.Aggregate(tokens, Config.Labels, strategy).Where(entity => !options.IgnoredLabels.Contains(entity.Label))];
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

    private LabelScore?[] Words(
        ModelBatch<IReadOnlyList<string>> batch, int i, LogitsOutput output, AggregationStrategy strategy, WordDecoder? decoder)
    {
        int[] rows = batch.TokenRows(i);
        List<int>[] tokens = WordTokens.Of(batch.Inputs[i].Encoding, batch.Inputs[i].Input.Count);
        if (decoder is null)
            return Array.ConvertAll(tokens, word => LabelWord(word, rows, output, strategy));
        Queue<(int Label, float Score)> decoded = new(decoder.Decode(output.Logits, [.. tokens.Where(word => word.Count > 0).Select(word => rows[word[0]])]));
        return Array.ConvertAll(tokens, word => word.Count == 0 ? (LabelScore?)null : Labelled(decoded.Dequeue()));
    }

    private LabelScore Labelled((int Label, float Score) decoded) => new(Config.Labels[decoded.Label], decoded.Score);

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
