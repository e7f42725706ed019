using AlbertNative.Model;
using AlbertNative.Tokenization;

namespace AlbertNative;

/// <summary>
/// Puts texts in the order in which they fit a query, each read together with it: sentence-transformers' CrossEncoder. The
/// model is a sequence classifier of one label.
/// </summary>
public sealed class Reranker : TextTask
{
    private readonly SequenceClassificationHead _head;
    private readonly OutputPool<LogitsOutput> _outputs = new();
    private readonly ScoreFunction _function;

    /// <summary>Makes the task of an opened model, which stays the caller's.</summary>
    /// <exception cref="FormatException">
    /// The model does not hold the head's weights, or sentence-transformers' files ask for something unsupported; names it.
    /// </exception>
    /// <exception cref="ArgumentException">Model, tokenizer and options do not fit together, or the model has several labels.</exception>
    public Reranker(TextModel model, TaskOptions? options = null)
        : base(model, options, model?.CrossEncoder.MaxSequenceLength)
    {
        _head = new SequenceClassificationHead(model!.Transformer);
        if (!HasOneLabel(Config))
            throw new ArgumentException($"texts are ranked by the score of one label, this model has {Config.LabelCount}: classify its pairs instead", nameof(model));
        Inputs.RefuseWindows(nameof(Reranker));
        _function = model.CrossEncoder.Activation ?? ScoreFunction.Sigmoid;
    }

    /// <summary>What the task is called, and what it needs.</summary>
    public static TaskDescription Description { get; } = new()
    {
        Name = "text-ranking",
        Command = "rerank",
        Summary = "Put texts in the order in which they fit a query",
        TelemetryName = "rerank",
        Architectures = [ModelArchitecture.SequenceClassification],
        Fits = HasOneLabel,
        TaskType = typeof(Reranker),
        Create = (model, options) => new Reranker(model, options),
    };

    /// <summary>Opens a model for this task alone: a directory, a one-file model, or a name on the hub (<see cref="TextModel.Open"/>).</summary>
    /// <exception cref="FormatException">A file is malformed, not supported, or lacks the task's head; names it.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="ArgumentException">Model, tokenizer and options do not fit together, or the model has several labels.</exception>
    /// <exception cref="Hub.HubException">The named model could not be fetched.</exception>
    public static Reranker Load(string path, TaskOptions? options = null, TextModelOptions? modelOptions = null) =>
        Own(TextModel.Open(path, modelOptions), model => new Reranker(model, options));

    /// <summary>The texts in the order in which they fit the query, best first; equal ones in the order in which they are given.</summary>
    /// <param name="query">The query.</param>
    /// <param name="texts">The texts: any number, as many at once as the task's <see cref="TaskOptions.BatchTokens"/> allow.</param>
    /// <param name="options">How many, and how they are scored.</param>
    /// <param name="cancellationToken">Stops the computation.</param>
    /// <exception cref="ArgumentException">The query and a text have too many tokens.</exception>
    public IReadOnlyList<RankedText> Rerank(
        string query, IReadOnlyList<string> texts, RerankOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(texts);
        int topK = TopK(options);
        float[] scores = [.. Operation(options).Run(Pairs(query, texts), cancellationToken)];
        return RankedText.Best(texts, scores, topK);
    }

    /// <summary>The texts of each query in their order: lazily, query after query, many pairs in one pass.</summary>
    /// <exception cref="ArgumentException">When a query's turn comes that has too many tokens with one of its texts.</exception>
    public IEnumerable<IReadOnlyList<RankedText>> Rerank(
        IEnumerable<(string Query, IReadOnlyList<string> Texts)> queries, RerankOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queries);
        int topK = TopK(options);
        TaskOperation<(string Query, string Text), float> operation = Operation(options);
        return GroupedStream.Run(queries, query => Pairs(query.Query, query.Texts), pairs => operation.Run(pairs, cancellationToken))
            .Select(query => (IReadOnlyList<RankedText>)RankedText.Best(query.Group.Texts, query.Results, topK));
    }

    /// <summary>As <see cref="Rerank(string, IReadOnlyList{string}, RerankOptions, CancellationToken)"/>, without a thread that waits.</summary>
    /// <exception cref="ArgumentException">The query and a text have too many tokens.</exception>
    public async Task<IReadOnlyList<RankedText>> RerankAsync(
        string query, IReadOnlyList<string> texts, RerankOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(texts);
        int topK = TopK(options);
        List<float> scores = new(texts.Count);
        await foreach (float score in Operation(options).RunAsync(Pairs(query, texts), cancellationToken).ConfigureAwait(false))
            scores.Add(score);
        return RankedText.Best(texts, [.. scores], topK);
    }

    /// <summary>How well a text fits a query.</summary>
    /// <exception cref="ArgumentException">The two have too many tokens.</exception>
    public float Score(string query, string text, RerankOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(text);
        return Operation(options).Run((query, text), cancellationToken);
    }

    /// <summary>How well the text of each pair fits its query: lazily, in order, many pairs in one pass.</summary>
    /// <exception cref="ArgumentException">When a pair's turn comes that has too many tokens.</exception>
    public IEnumerable<float> Score(
        IEnumerable<(string Query, string Text)> pairs, RerankOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        return Operation(options).Run(pairs, cancellationToken);
    }

    /// <summary>The scoring of pairs in its parts.</summary>
    /// <exception cref="ArgumentException">One label cannot be scored as the options say.</exception>
    public TaskOperation<(string Query, string Text), float> Operation(RerankOptions? options = null)
    {
        ScoreFunction function = options?.Function ?? _function;
        if (function is not (ScoreFunction.Sigmoid or ScoreFunction.None))
            throw new ArgumentException($"the score of one label is its sigmoid or its logit, not {function}", nameof(options));
        return Operation<(string Query, string Text), LogitsOutput, float>(
            _outputs,
            pair => Inputs.EncodePairs(pair, [pair], options?.KeepsQuery == true ? TruncationStrategy.OnlySecond : TruncationStrategy.LongestFirst),
            HeadForward<(string Query, string Text), LogitsOutput>.Of(_head),
            (batch, i, output) =>
            {
                ReadOnlySpan<float> logit = output.Logits[batch.FirstSequence(i)];
                return function == ScoreFunction.Sigmoid ? Probabilities.Sigmoid(logit)[0] : logit[0];
            },
            $"rerank {function}");
    }

    private static bool HasOneLabel(ModelConfig config) => config.LabelCount == 1;

    private static int TopK(RerankOptions? options)
    {
        int topK = options?.TopK ?? int.MaxValue;
        ArgumentOutOfRangeException.ThrowIfLessThan(topK, 1, nameof(options));
        return topK;
    }

    private static (string Query, string Text)[] Pairs(string query, IReadOnlyList<string> texts) =>
        [.. texts.Select(text => (query, text))];
}
