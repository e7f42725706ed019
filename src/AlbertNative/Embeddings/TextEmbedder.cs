using System.Globalization;
using AlbertNative.Model;
using AlbertNative.Tensors;
using AlbertNative.Tokenization;

namespace AlbertNative;

/// <summary>
/// Makes vectors of texts, as sentence-transformers does, and of their tokens or words, as Hugging Face's
/// feature-extraction pipeline does.
/// </summary>
public sealed class TextEmbedder : TextTask
{
    private readonly EncoderHead _encoder;
    private readonly OutputPool<EncoderOutput> _outputs = new();
    private readonly EmbeddingHead _head;
    private readonly SentenceTransformerConfig _config;
    private readonly WordPooling _words;
    private readonly EmbeddingOptions _embedding;
    private readonly int? _maxLength;

    /// <summary>
    /// Makes the task of an opened model, which stays the caller's. A text's vector is what sentence-transformers' files
    /// say, or the mean of the tokens, unless the options say otherwise.
    /// </summary>
    /// <exception cref="FormatException">sentence-transformers' files ask for something unsupported; names it.</exception>
    /// <exception cref="ArgumentException">Model, tokenizer and options do not fit together.</exception>
    public TextEmbedder(TextModel model, EmbeddingOptions? embedding = null, TaskOptions? options = null)
        : base(model, options, model?.Modules?.MaxSequenceLength)
    {
        _embedding = embedding ??= EmbeddingOptions.Default;
        _maxLength = options?.MaxLength;
        model!.Modules?.Require(model.Tokenizer, model.Config);
        _encoder = new EncoderHead(model.Transformer);
        _config = model.EmbeddingConfig;
        _words = embedding.Words;
        _head = new(embedding, model.Modules, _config, model.Config.HiddenSize);
        if (_head.Pooling.Modes.Contains(Pooling.Pooler) && !_encoder.HasPooler)
            throw new ArgumentException("the checkpoint has no pooler: choose another pooling");
        if (_head.Pooling.IsBySingleToken)
            Inputs.RefuseWindows("pooling by the first or the last token");
    }

    /// <summary>What the task is called, and what it needs.</summary>
    public static TaskDescription Description { get; } = new()
    {
        Name = "feature-extraction",
        Command = "embed",
        Summary = "Make vectors of texts, tokens or words",
        TelemetryName = "embeddings",
        Architectures = [ModelArchitecture.Model],
        TaskType = typeof(TextEmbedder),
        Create = (model, options) => new TextEmbedder(model, null, options),
    };

    /// <summary>The length of a text's vector where a call does not choose it.</summary>
    public int Dimension => _head.Dimension;

    /// <summary>How a text's tokens become one vector: one pooling, or several whose vectors are joined.</summary>
    public IReadOnlyList<Pooling> Poolings => _head.Pooling.Modes;

    /// <summary>Texts that may be put before each text, by the names that the model's files give them; the empty ones change nothing.</summary>
    public IReadOnlyDictionary<string, string> Prompts => _config.Prompts;

    /// <summary>The prompt that is used where a call chooses none; null where the model has no such.</summary>
    public string? DefaultPromptName => _config.DefaultPromptName;

    /// <summary>What the model's vectors are to be compared by; the cosine where its files do not say.</summary>
    public SimilarityFunction SimilarityFunction => _config.Similarity;

    /// <summary>Opens a model for this task alone: a directory, a one-file model, or a name on the hub (<see cref="TextModel.Open"/>).</summary>
    /// <exception cref="FormatException">A file is malformed or not supported; names it.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="ArgumentException">Model, tokenizer and options do not fit together.</exception>
    /// <exception cref="Hub.HubException">The named model could not be fetched.</exception>
    public static TextEmbedder Load(
        string path, EmbeddingOptions? embedding = null, TaskOptions? options = null, TextModelOptions? modelOptions = null) =>
        Own(TextModel.Open(path, modelOptions), model => new TextEmbedder(model, embedding, options));

    /// <summary>A text's vector, [<see cref="Dimension"/>] unless the call chooses another length.</summary>
    /// <param name="text">The text. Where it is read in windows, all its tokens are pooled together.</param>
    /// <param name="request">The prompt, the length and the normalisation; null for what the model's files and the options say.</param>
    /// <param name="cancellationToken">Stops the computation.</param>
    /// <exception cref="ArgumentException">The text has too many tokens, or the model has no such prompt or length.</exception>
    public float[] Embed(string text, EmbeddingRequest? request = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Operation(request).Run(text, cancellationToken);
    }

    /// <summary>Each text's vector: lazily, in order, many texts in one pass.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="request">The prompt, the length and the normalisation; null for what the model's files and the options say.</param>
    /// <param name="cancellationToken">Stops the computation.</param>
    /// <exception cref="ArgumentException">
    /// The model has no such prompt or length; or, when its turn comes, a text has too many tokens.
    /// </exception>
    public IEnumerable<float[]> Embed(
        IEnumerable<string> texts, EmbeddingRequest? request = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return Operation(request).Run(texts, cancellationToken);
    }

    /// <summary>As <see cref="Embed(string, EmbeddingRequest, CancellationToken)"/>, without a thread that waits.</summary>
    /// <exception cref="ArgumentException">The text has too many tokens, or the model has no such prompt or length.</exception>
    public Task<float[]> EmbedAsync(string text, EmbeddingRequest? request = null, CancellationToken cancellationToken = default) =>
        Operation(request).RunAsync(text, cancellationToken);

    /// <summary>Texts' vectors in their parts.</summary>
    /// <exception cref="ArgumentException">The model has no such prompt or length.</exception>
    public TaskOperation<string, float[]> Operation(EmbeddingRequest? request = null)
    {
        request ??= EmbeddingRequest.Default;
        _head.Require(request);
        string prompt = _config.PromptFor(request);
        int promptTokens = PromptTokens(prompt);
        // The last layer is computed for the first tokens alone where no other is pooled, to the same bits.
        bool firstTokensOnly = promptTokens == 0 && _head.Pooling.IsFirstTokenAlone;
        return Operation<string, EncoderOutput, float[]>(
            _outputs,
            text => Inputs.Encode(text, prompt + text),
            ForwardFor<string>(firstTokensOnly),
            (batch, i, output) => PoolText(batch, i, output, promptTokens, firstTokensOnly, request),
            KeyOf(request, promptTokens));
    }

    /// <summary>
    /// The vectors of texts that are given as ids, in their parts: for callers that have tokenized them. The ids are used as
    /// they are, without a prompt and without special tokens but those among them.
    /// </summary>
    /// <exception cref="ArgumentException">The request has a prompt, or the model no such length.</exception>
    public TaskOperation<IReadOnlyList<int>, float[]> IdOperation(EmbeddingRequest? request = null)
    {
        request ??= EmbeddingRequest.Default;
        if (request.PromptName is not null || !string.IsNullOrEmpty(request.Prompt))
            throw new ArgumentException("ids cannot have a prompt put before them");
        _head.Require(request);
        bool firstTokensOnly = _head.Pooling.IsFirstTokenAlone;
        return Operation<IReadOnlyList<int>, EncoderOutput, float[]>(
            _outputs,
            Inputs.EncodeIds,
            ForwardFor<IReadOnlyList<int>>(firstTokensOnly),
            (batch, i, output) => PoolText(batch, i, output, promptTokens: 0, firstTokensOnly, request),
            KeyOf(request, promptTokens: 0));
    }

    /// <summary>The vectors of the tokens of texts that are given as ids, in their parts; tokens have no place in a text.</summary>
    public TaskOperation<IReadOnlyList<int>, TokenEmbeddings> TokenIdOperation() =>
        Operation<IReadOnlyList<int>, EncoderOutput, TokenEmbeddings>(
            _outputs, Inputs.EncodeIds, HeadForward<IReadOnlyList<int>, EncoderOutput>.Of(_encoder), TokensOfIds);

    /// <summary>Tokens' vectors in their parts.</summary>
    public TaskOperation<string, TokenEmbeddings> TokenOperation() => Operation<string, EncoderOutput, TokenEmbeddings>(
        _outputs, text => Inputs.Encode(text, text), HeadForward<string, EncoderOutput>.Of(_encoder), Tokens);

    /// <summary>Words' vectors in their parts.</summary>
    public TaskOperation<IReadOnlyList<string>, TokenEmbeddings> WordOperation() =>
        Operation<IReadOnlyList<string>, EncoderOutput, TokenEmbeddings>(
            _outputs, words => Inputs.EncodeWords(words, words), HeadForward<IReadOnlyList<string>, EncoderOutput>.Of(_encoder), Words);

    /// <summary>The same over the same model, but that it cuts off what is too long.</summary>
    internal TextEmbedder Truncating() => new(Model, _embedding, new() { MaxLength = _maxLength, Overlong = Overlong.Truncate });

    /// <summary>How alike two vectors of this model are by its <see cref="SimilarityFunction"/>; larger is more alike.</summary>
    /// <exception cref="ArgumentException">They differ in length.</exception>
    public double Similarity(ReadOnlySpan<float> first, ReadOnlySpan<float> second) => SimilarityFunction.Of(first, second);

    /// <summary>A vector for each token of a text, <c>[CLS]</c> and <c>[SEP]</c> included: the last hidden state, without any prompt.</summary>
    /// <exception cref="ArgumentException">The text has too many tokens.</exception>
    public TokenEmbeddings EmbedTokens(string text, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TokenOperation().Run(text, cancellationToken);
    }

    /// <summary>A vector for each token of each text: lazily, in order, many texts in one pass.</summary>
    /// <exception cref="ArgumentException">When a text's turn comes that has too many tokens.</exception>
    public IEnumerable<TokenEmbeddings> EmbedTokens(IEnumerable<string> texts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return TokenOperation().Run(texts, cancellationToken);
    }

    /// <summary>A vector for each word of a text that the caller has split.</summary>
    /// <exception cref="ArgumentException">The text has too many tokens.</exception>
    public TokenEmbeddings EmbedWords(IReadOnlyList<string> words, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(words);
        return WordOperation().Run(words, cancellationToken);
    }

    /// <summary>A vector for each word of each text: lazily, in order, many texts in one pass.</summary>
    /// <exception cref="ArgumentException">When a text's turn comes that has too many tokens.</exception>
    public IEnumerable<TokenEmbeddings> EmbedWords(
        IEnumerable<IReadOnlyList<string>> texts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return WordOperation().Run(texts, cancellationToken);
    }

    private static string KeyOf(EmbeddingRequest request, int promptTokens) =>
        string.Create(CultureInfo.InvariantCulture, $"embed {promptTokens} {request.Normalize} {request.Dimensions}");

    // [CLS] counts among them, [SEP] does not: it stands behind the text then.
    private int PromptTokens(string prompt)
    {
        if (prompt.Length == 0 || _head.Pooling.IncludesPrompt)
            return 0;
        Encoding encoding = Tokenizer.Encode(prompt);
        return Math.Min(encoding.Count, MaxLength) - (encoding.IsSpecial(encoding.Count - 1) ? 1 : 0);
    }

    private HeadForward<TInput, EncoderOutput> ForwardFor<TInput>(bool firstTokensOnly)
    {
        if (_head.Pooling.Modes is [Pooling.Pooler])
        {
            return new(
                (batch, output, cancellationToken) => _encoder.Pool(batch.Tokens, output, cancellationToken),
                (batch, output, cancellationToken) => _encoder.PoolAsync(batch.Tokens, output, cancellationToken),
                (batch, output) => _encoder.PreparePooling(batch.Tokens, output));
        }
        return firstTokensOnly
            ? new(
                (batch, output, cancellationToken) => _encoder.Forward(batch.Tokens, FirstTokens(batch), output, cancellationToken),
                (batch, output, cancellationToken) => _encoder.ForwardAsync(batch.Tokens, FirstTokens(batch), output, cancellationToken),
                (batch, output) => _encoder.Prepare(batch.Tokens, FirstTokens(batch), output))
            : HeadForward<TInput, EncoderOutput>.Of(_encoder);
    }

    private static ReadOnlySpan<int> FirstTokens<TInput>(ModelBatch<TInput> batch) =>
        batch.Tokens.SequenceStarts[..batch.Tokens.SequenceCount];

    private float[] PoolText<TInput>(
        ModelBatch<TInput> batch, int i, EncoderOutput output, int promptTokens, bool firstTokensOnly, EmbeddingRequest request)
    {
        if (_head.Pooling.Modes is [Pooling.Pooler])
            return _head.Vector(output.PooledOutput[batch.FirstSequence(i)].ToArray(), request);
        int[] rows = firstTokensOnly ? [batch.FirstSequence(i)] : batch.TokenRows(i);
        return _head.Vector(output.LastHiddenState, rows, promptTokens, request);
    }

    private TokenEmbeddings Tokens(ModelBatch<string> batch, int i, EncoderOutput output) => new(
        batch.Inputs[i].Encoding.Tokens,
        batch.Inputs[i].Encoding.Ids.ToArray(),
        batch.Inputs[i].Encoding.Spans.ToArray(),
        Array.ConvertAll(batch.TokenRows(i), row => output.LastHiddenState[row].ToArray()),
        Config.HiddenSize);

    private TokenEmbeddings TokensOfIds(ModelBatch<IReadOnlyList<int>> batch, int i, EncoderOutput output)
    {
        int[] ids = batch.Inputs[i].Windows[0].InputIds;
        return new TokenEmbeddings(
            Array.ConvertAll(ids, Tokenizer.IdToToken),
            [.. ids],
            new TextSpan[ids.Length],
            Array.ConvertAll(batch.TokenRows(i), row => output.LastHiddenState[row].ToArray()),
            Config.HiddenSize);
    }

    private TokenEmbeddings Words(ModelBatch<IReadOnlyList<string>> batch, int i, EncoderOutput output)
    {
        EncodedInput<IReadOnlyList<string>> input = batch.Inputs[i];
        int[] rows = batch.TokenRows(i);
        List<int>[] tokens = WordTokens.Of(input.Encoding, input.Input.Count);
        return new TokenEmbeddings(
            [.. input.Input],
            [],
            [.. input.Input.Select(word => new TextSpan(0, word.Length))],
            Array.ConvertAll(tokens, word => WordVector([.. word.Select(token => rows[token])], output.LastHiddenState)),
            Config.HiddenSize);
    }

    private float[]? WordVector(int[] rows, Matrix states)
    {
        if (rows.Length == 0)
            return null;
        float[] vector = new float[Config.HiddenSize];
        Pool.Tokens(_words == WordPooling.Mean ? Pooling.Mean : Pooling.Cls, states, rows, position: 0, vector);
        return vector;
    }
}
