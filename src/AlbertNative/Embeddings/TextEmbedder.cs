using System.Collections.Immutable;
using AlbertNative.Model;
using AlbertNative.Tensors;
using AlbertNative.Tokenization;

namespace AlbertNative;

/// <summary>
/// Makes vectors of texts, as sentence-transformers does, and of their tokens or words, as Hugging Face's
/// feature-extraction pipeline does.
/// </summary>
public sealed class TextEmbedder : AlbertTask
{
    private readonly AlbertModel _model;
    private readonly ImmutableArray<Pooling> _poolings;
    private readonly bool _normalize;
    private readonly WordPooling _words;

    /// <summary>Makes the task of a model that the caller keeps; the mean of the tokens, unless the options say otherwise.</summary>
    /// <exception cref="ArgumentException">Model, tokenizer and options do not fit together.</exception>
    public TextEmbedder(
        AlbertModel model, Tokenizer tokenizer, EmbeddingOptions? embedding = null, TaskOptions? options = null)
        : this(model, tokenizer, embedding ?? EmbeddingOptions.Default, options ?? TaskOptions.Default, modules: null, ownsModel: false)
    {
    }

    private TextEmbedder(
        AlbertModel model,
        Tokenizer tokenizer,
        EmbeddingOptions embedding,
        TaskOptions options,
        SentenceTransformerModules? modules,
        bool ownsModel)
        : base(model, tokenizer, options, ownsModel, modules?.MaxSequenceLength)
    {
        _model = model;
        _poolings = embedding.Pooling is Pooling pooling ? [pooling] : modules?.Poolings ?? [Pooling.Mean];
        _normalize = embedding.Normalize ?? modules?.Normalize ?? false;
        _words = embedding.Words;
        if (_poolings.Contains(Pooling.Pooler) && !model.HasPooler)
            throw new ArgumentException("the checkpoint has no pooler: choose another pooling");
        if (_poolings.Contains(Pooling.Pooler) || _poolings.Contains(Pooling.Cls))
            Inputs.RefuseWindows("pooling by the first token");
    }

    /// <summary>The length of a text's vector.</summary>
    public int Dimension => _poolings.Length * Config.HiddenSize;

    /// <summary>
    /// Loads a model from whatever <see cref="ModelFiles.Open"/> takes: a directory, a one-file model, or a name on the hub. One of
    /// sentence-transformers has its pooling, its normalisation, its <c>max_seq_length</c> and its <c>do_lower_case</c>.
    /// </summary>
    /// <exception cref="FormatException">A file is malformed or not supported; names it.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="ArgumentException">Model, tokenizer and options do not fit together.</exception>
    /// <exception cref="Hub.HubException">The named model could not be fetched.</exception>
    public static TextEmbedder Load(string path, EmbeddingOptions? embedding = null, TaskOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= TaskOptions.Default;
        (string transformer, SentenceTransformerModules? modules) = ReadModules(path);
        return Load(
            transformer,
            options,
            AlbertModel.Load,
            (model, tokenizer) =>
            {
                modules?.Require(tokenizer, model.Config);
                return new TextEmbedder(model, tokenizer, embedding ?? EmbeddingOptions.Default, options, modules, ownsModel: true);
            });
    }

    /// <summary>A text's vector, [<see cref="Dimension"/>].</summary>
    /// <param name="text">The text. Where it is read in windows, all its tokens are pooled together.</param>
    /// <param name="cancellation">Stops the computation.</param>
    /// <exception cref="ArgumentException">The text has too many tokens.</exception>
    public float[] Embed(string text, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Embed([text], cancellation).Single();
    }

    /// <summary>Each text's vector: lazily, in order, many texts in one pass.</summary>
    /// <exception cref="ArgumentException">When a text's turn comes that has too many tokens.</exception>
    public IEnumerable<float[]> Embed(IEnumerable<string> texts, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return Stream<string, AlbertModelOutput, float[]>(
            texts, text => Inputs.Encode(text, text), (batch, output) => PoolTexts(batch, output, cancellation), cancellation);
    }

    /// <summary>A vector for each token of a text, <c>[CLS]</c> and <c>[SEP]</c> included: the last hidden state.</summary>
    /// <exception cref="ArgumentException">The text has too many tokens.</exception>
    public TokenEmbeddings EmbedTokens(string text, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        return EmbedTokens([text], cancellation).Single();
    }

    /// <summary>A vector for each token of each text: lazily, in order, many texts in one pass.</summary>
    /// <exception cref="ArgumentException">When a text's turn comes that has too many tokens.</exception>
    public IEnumerable<TokenEmbeddings> EmbedTokens(IEnumerable<string> texts, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return Stream<string, AlbertModelOutput, TokenEmbeddings>(
            texts, text => Inputs.Encode(text, text), (batch, output) => Tokens(batch, output, cancellation), cancellation);
    }

    /// <summary>A vector for each word of a text that the caller has split.</summary>
    /// <exception cref="ArgumentException">The text has too many tokens.</exception>
    public TokenEmbeddings EmbedWords(IReadOnlyList<string> words, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(words);
        return EmbedWords([words], cancellation).Single();
    }

    /// <summary>A vector for each word of each text: lazily, in order, many texts in one pass.</summary>
    /// <exception cref="ArgumentException">When a text's turn comes that has too many tokens.</exception>
    public IEnumerable<TokenEmbeddings> EmbedWords(
        IEnumerable<IReadOnlyList<string>> texts, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return Stream<IReadOnlyList<string>, AlbertModelOutput, TokenEmbeddings>(
            texts, words => Inputs.EncodeWords(words, words), (batch, output) => Words(batch, output, cancellation), cancellation);
    }

    private static (string Transformer, SentenceTransformerModules? Modules) ReadModules(string path)
    {
        using ModelFiles files = ModelFiles.Open(path);
        SentenceTransformerModules? modules = SentenceTransformerModules.Read(files);
        return (modules?.TransformerIn(files) ?? files.Path, modules);
    }

    private float[][] PoolTexts(ModelBatch<string> batch, AlbertModelOutput output, CancellationToken cancellation)
    {
        bool firstTokensOnly = _poolings.All(pooling => pooling is Pooling.Cls or Pooling.Pooler);
        if (firstTokensOnly)
            ForwardFirstTokens(batch.Tokens, output, cancellation);
        else
            _model.Forward(batch.Tokens, output, hiddenStates: false, cancellation);

        return batch.Select((i, _) =>
        {
            int sequence = batch.FirstSequence(i);
            int[] rows = firstTokensOnly ? [sequence] : batch.TokenRows(i);
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
        });
    }

    // The last layer is then computed for the first tokens alone, to the same bits.
    private void ForwardFirstTokens(TokenBatch tokens, AlbertModelOutput output, CancellationToken cancellation)
    {
        if (_poolings.Contains(Pooling.Pooler))
            _model.Pool(tokens, output, cancellation);
        else
            _model.Forward(tokens, tokens.SequenceStarts[..tokens.SequenceCount], output, cancellation);
    }

    private TokenEmbeddings[] Tokens(ModelBatch<string> batch, AlbertModelOutput output, CancellationToken cancellation)
    {
        _model.Forward(batch.Tokens, output, hiddenStates: false, cancellation);
        return batch.Select((i, input) => new TokenEmbeddings(
            input.Encoding.Tokens,
            input.Encoding.Spans.ToArray(),
            Array.ConvertAll(batch.TokenRows(i), row => output.LastHiddenState[row].ToArray()),
            Config.HiddenSize));
    }

    private TokenEmbeddings[] Words(ModelBatch<IReadOnlyList<string>> batch, AlbertModelOutput output, CancellationToken cancellation)
    {
        _model.Forward(batch.Tokens, output, hiddenStates: false, cancellation);
        return batch.Select((i, input) =>
        {
            int[] rows = batch.TokenRows(i);
            List<int>[] tokens = WordTokens.Of(input.Encoding, input.Input.Count);
            return new TokenEmbeddings(
                [.. input.Input],
                [.. input.Input.Select(word => new TextSpan(0, word.Length))],
                Array.ConvertAll(tokens, word => WordVector([.. word.Select(token => rows[token])], output.LastHiddenState)),
                Config.HiddenSize);
        });
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
