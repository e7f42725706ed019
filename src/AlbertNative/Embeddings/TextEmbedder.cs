using System.Collections.Immutable;
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
    private readonly EncoderHead _head;
    private readonly OutputPool<EncoderOutput> _outputs = new();
    private readonly ImmutableArray<Pooling> _poolings;
    private readonly bool _normalize;
    private readonly WordPooling _words;

    /// <summary>
    /// Makes the task of an opened model, which stays the caller's. A text's vector is what sentence-transformers' files
    /// say, or the mean of the tokens, unless the options say otherwise.
    /// </summary>
    /// <exception cref="FormatException">sentence-transformers' files ask for something unsupported; names it.</exception>
    /// <exception cref="ArgumentException">Model, tokenizer and options do not fit together.</exception>
    public TextEmbedder(TextModel model, EmbeddingOptions? embedding = null, TaskOptions? options = null)
        : base(model, options, model?.Modules?.MaxSequenceLength)
    {
        embedding ??= EmbeddingOptions.Default;
        SentenceTransformerModules? modules = model!.Modules;
        modules?.Require(model.Tokenizer, model.Config);
        _head = new EncoderHead(model.Transformer);
        _poolings = embedding.Pooling is Pooling pooling ? [pooling] : modules?.Poolings ?? [Pooling.Mean];
        _normalize = embedding.Normalize ?? modules?.Normalize ?? false;
        _words = embedding.Words;
        if (_poolings.Contains(Pooling.Pooler) && !_head.HasPooler)
            throw new ArgumentException("the checkpoint has no pooler: choose another pooling");
        if (_poolings.Contains(Pooling.Pooler) || _poolings.Contains(Pooling.Cls))
            Inputs.RefuseWindows("pooling by the first token");
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

    /// <summary>The length of a text's vector.</summary>
    public int Dimension => _poolings.Length * Config.HiddenSize;

    /// <summary>Opens a model for this task alone: a directory, a one-file model, or a name on the hub (<see cref="TextModel.Open"/>).</summary>
    /// <exception cref="FormatException">A file is malformed, not supported, or lacks the task's head; names it.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="ArgumentException">Model, tokenizer and options do not fit together.</exception>
    /// <exception cref="Hub.HubException">The named model could not be fetched.</exception>
    public static TextEmbedder Load(
        string path, EmbeddingOptions? embedding = null, TaskOptions? options = null, TextModelOptions? modelOptions = null) =>
        Own(TextModel.Open(path, modelOptions), model => new TextEmbedder(model, embedding, options));

    /// <summary>A text's vector, [<see cref="Dimension"/>].</summary>
    /// <param name="text">The text. Where it is read in windows, all its tokens are pooled together.</param>
    /// <param name="cancellationToken">Stops the computation.</param>
    /// <exception cref="ArgumentException">The text has too many tokens.</exception>
    public float[] Embed(string text, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Operation().Run(text, cancellationToken);
    }

    /// <summary>Each text's vector: lazily, in order, many texts in one pass.</summary>
    /// <exception cref="ArgumentException">When a text's turn comes that has too many tokens.</exception>
    public IEnumerable<float[]> Embed(IEnumerable<string> texts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return Operation().Run(texts, cancellationToken);
    }

    /// <summary>A vector for each token of a text, <c>[CLS]</c> and <c>[SEP]</c> included: the last hidden state.</summary>
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

    /// <summary>As <see cref="Embed(string, CancellationToken)"/>, without a thread that waits.</summary>
    /// <exception cref="ArgumentException">The text has too many tokens.</exception>
    public Task<float[]> EmbedAsync(string text, CancellationToken cancellationToken = default) =>
        Operation().RunAsync(text, cancellationToken);

    /// <summary>Texts' vectors in their parts.</summary>
    public TaskOperation<string, float[]> Operation() => Operation<string, EncoderOutput, float[]>(
        _outputs, text => Inputs.Encode(text, text), PooledForward(), PoolText);

    /// <summary>Tokens' vectors in their parts.</summary>
    public TaskOperation<string, TokenEmbeddings> TokenOperation() => Operation<string, EncoderOutput, TokenEmbeddings>(
        _outputs, text => Inputs.Encode(text, text), HeadForward<string, EncoderOutput>.Of(_head), Tokens);

    /// <summary>Words' vectors in their parts.</summary>
    public TaskOperation<IReadOnlyList<string>, TokenEmbeddings> WordOperation() =>
        Operation<IReadOnlyList<string>, EncoderOutput, TokenEmbeddings>(
            _outputs, words => Inputs.EncodeWords(words, words), HeadForward<IReadOnlyList<string>, EncoderOutput>.Of(_head), Words);

    // Where only first tokens are pooled, the last layer is computed for them alone, to the same bits.
    private bool NeedsFirstTokensOnly => _poolings.All(pooling => pooling is Pooling.Cls or Pooling.Pooler);

    private HeadForward<string, EncoderOutput> PooledForward()
    {
        if (!NeedsFirstTokensOnly)
            return HeadForward<string, EncoderOutput>.Of(_head);
        return _poolings.Contains(Pooling.Pooler)
            ? new(
                (batch, output, cancellationToken) => _head.Pool(batch.Tokens, output, cancellationToken),
                (batch, output, cancellationToken) => _head.PoolAsync(batch.Tokens, output, cancellationToken))
            : new(
                (batch, output, cancellationToken) => _head.Forward(batch.Tokens, FirstTokens(batch), output, cancellationToken),
                (batch, output, cancellationToken) => _head.ForwardAsync(batch.Tokens, FirstTokens(batch), output, cancellationToken));
    }

    private static ReadOnlySpan<int> FirstTokens(ModelBatch<string> batch) =>
        batch.Tokens.SequenceStarts[..batch.Tokens.SequenceCount];

    private float[] PoolText(ModelBatch<string> batch, int i, EncoderOutput output)
    {
        int sequence = batch.FirstSequence(i);
        int[] rows = NeedsFirstTokensOnly ? [sequence] : batch.TokenRows(i);
        float[] vector = new float[Dimension];
        for (int p = 0; p < _poolings.Length; p++)
        {
            Span<float> part = vector.AsSpan(p * Config.HiddenSize, Config.HiddenSize);
            if (_poolings[p] == Pooling.Pooler)
                output.PooledOutput[sequence].CopyTo(part);
            else
                Pool.Tokens(_poolings[p], output.LastHiddenState, rows, part);
        }
        if (_normalize)
            Pool.Normalize(vector);
        return vector;
    }

    private TokenEmbeddings Tokens(ModelBatch<string> batch, int i, EncoderOutput output) => new(
        batch.Inputs[i].Encoding.Tokens,
        batch.Inputs[i].Encoding.Spans.ToArray(),
        Array.ConvertAll(batch.TokenRows(i), row => output.LastHiddenState[row].ToArray()),
        Config.HiddenSize);

    private TokenEmbeddings Words(ModelBatch<IReadOnlyList<string>> batch, int i, EncoderOutput output)
    {
        EncodedInput<IReadOnlyList<string>> input = batch.Inputs[i];
        int[] rows = batch.TokenRows(i);
        List<int>[] tokens = WordTokens.Of(input.Encoding, input.Input.Count);
        return new TokenEmbeddings(
            [.. input.Input],
            [.. input.Input.Select(word => new TextSpan(0, word.Length))],
            Array.ConvertAll(tokens, word => WordVector([.. word.Select(token => rows[token])], output.LastHiddenState)),
            Config.HiddenSize);
    }

    private float[]? WordVector(int[] rows, Matrix states)
    {
        if (rows.Length == 0)
            return null;
        float[] vector = new float[Config.HiddenSize];
        Pool.Tokens(_words == WordPooling.Mean ? Pooling.Mean : Pooling.Cls, states, rows, vector);
        return vector;
    }
}
