using System.Numerics.Tensors;
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
    private readonly EmbeddingHead _head;
    private readonly SentenceTransformerConfig _config;
    private readonly WordPooling _words;

    /// <summary>Makes the task of a model that the caller keeps; the mean of the tokens, unless the options say otherwise.</summary>
    /// <exception cref="ArgumentException">Model, tokenizer and options do not fit together.</exception>
    public TextEmbedder(
        AlbertModel model, Tokenizer tokenizer, EmbeddingOptions? embedding = null, TaskOptions? options = null)
        : this(
            model, tokenizer, embedding ?? EmbeddingOptions.Default, options ?? TaskOptions.Default, modules: null,
            SentenceTransformerConfig.None, ownsModel: false)
    {
    }

    private TextEmbedder(
        AlbertModel model,
        Tokenizer tokenizer,
        EmbeddingOptions embedding,
        TaskOptions options,
        SentenceTransformerModules? modules,
        SentenceTransformerConfig config,
        bool ownsModel)
        : base(model, tokenizer, options, ownsModel, modules?.MaxSequenceLength)
    {
        _model = model;
        _config = config;
        _words = embedding.Words;
        _head = new(embedding, modules, config, model.Config.HiddenSize);
        if (_head.Pooling.Modes.Contains(Pooling.Pooler) && !model.HasPooler)
            throw new ArgumentException("the checkpoint has no pooler: choose another pooling");
        if (_head.Pooling.IsBySingleToken)
            Inputs.RefuseWindows("pooling by the first or the last token");
    }

    /// <summary>The length of a text's vector where a call does not choose it.</summary>
    public int Dimension => _head.Dimension;

    /// <summary>Texts that may be put before each text, by the names that the model's files give them; the empty ones change nothing.</summary>
    public IReadOnlyDictionary<string, string> Prompts => _config.Prompts;

    /// <summary>The prompt that is used where a call chooses none; null where the model has no such.</summary>
    public string? DefaultPromptName => _config.DefaultPromptName;

    /// <summary>What the model's vectors are to be compared by; the cosine where its files do not say.</summary>
    public SimilarityFunction SimilarityFunction => _config.Similarity;

    /// <summary>
    /// Loads a model from whatever <see cref="ModelFiles.Open"/> takes: a directory, a one-file model, or a name on the hub. One of
    /// sentence-transformers has its modules, its prompts, its <c>truncate_dim</c>, its <c>max_seq_length</c> and its
    /// <c>do_lower_case</c>.
    /// </summary>
    /// <exception cref="FormatException">A file is malformed or not supported; names it.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="ArgumentException">Model, tokenizer and options do not fit together.</exception>
    /// <exception cref="Hub.HubException">The named model could not be fetched.</exception>
    public static TextEmbedder Load(string path, EmbeddingOptions? embedding = null, TaskOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= TaskOptions.Default;
        (string transformer, SentenceTransformerModules? modules, SentenceTransformerConfig config) = ReadModules(path);
        return Load(
            transformer,
            options,
            AlbertModel.Load,
            (model, tokenizer) =>
            {
                modules?.Require(tokenizer, model.Config);
                return new TextEmbedder(model, tokenizer, embedding ?? EmbeddingOptions.Default, options, modules, config, ownsModel: true);
            });
    }

    /// <summary>A text's vector, [<see cref="Dimension"/>] unless the call chooses another length.</summary>
    /// <param name="text">The text. Where it is read in windows, all its tokens are pooled together.</param>
    /// <param name="request">The prompt, the length and the normalisation; null for what the model's files and the options say.</param>
    /// <param name="cancellation">Stops the computation.</param>
    /// <exception cref="ArgumentException">The text has too many tokens, or the model has no such prompt or length.</exception>
    public float[] Embed(string text, EmbeddingRequest? request = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Embed([text], request, cancellation).Single();
    }

    /// <summary>Each text's vector: lazily, in order, many texts in one pass.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="request">The prompt, the length and the normalisation; null for what the model's files and the options say.</param>
    /// <param name="cancellation">Stops the computation.</param>
    /// <exception cref="ArgumentException">
    /// The model has no such prompt or length; or, when its turn comes, a text has too many tokens.
    /// </exception>
    public IEnumerable<float[]> Embed(
        IEnumerable<string> texts, EmbeddingRequest? request = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        request ??= EmbeddingRequest.Default;
        _head.Require(request);
        string prompt = _config.PromptFor(request);
        int promptTokens = PromptTokens(prompt);
        return Stream<string, AlbertModelOutput, float[]>(
            texts,
            text => Inputs.Encode(text, Prompted(prompt, text)),
            (batch, output) => PoolTexts(batch, output, promptTokens, request, cancellation),
            cancellation);
    }

    /// <summary>How alike two vectors of this model are by its <see cref="SimilarityFunction"/>; larger is more alike.</summary>
    /// <exception cref="ArgumentException">They differ in length.</exception>
    public double Similarity(ReadOnlySpan<float> first, ReadOnlySpan<float> second) => SimilarityFunction switch
    {
        SimilarityFunction.Dot => TensorPrimitives.Dot(first, second),
        SimilarityFunction.Euclidean => -TensorPrimitives.Distance(first, second),
        SimilarityFunction.Manhattan => -TensorPrimitives.SumOfMagnitudes<float>(Difference(first, second)),
        _ => TensorPrimitives.CosineSimilarity(first, second),
    };

    /// <summary>A vector for each token of a text, <c>[CLS]</c> and <c>[SEP]</c> included: the last hidden state, without any prompt.</summary>
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

    private static float[] Difference(ReadOnlySpan<float> first, ReadOnlySpan<float> second)
    {
        float[] difference = new float[first.Length];
        TensorPrimitives.Subtract(first, second, difference);
        return difference;
    }

    private static (string Transformer, SentenceTransformerModules? Modules, SentenceTransformerConfig Config) ReadModules(string path)
    {
        using ModelFiles files = ModelFiles.Open(path);
        SentenceTransformerModules? modules = SentenceTransformerModules.Read(files);
        return (modules?.TransformerIn(files) ?? files.Path, modules, SentenceTransformerConfig.Read(files));
    }

    private static string Prompted(string prompt, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return prompt.Length == 0 ? text : prompt + text;
    }

    // [CLS] counts among them, [SEP] does not: it stands behind the text then.
    private int PromptTokens(string prompt)
    {
        if (prompt.Length == 0 || _head.Pooling.IncludesPrompt)
            return 0;
        Encoding encoding = Tokenizer.Encode(prompt);
        return Math.Min(encoding.Count, MaxLength) - (encoding.IsSpecial(encoding.Count - 1) ? 1 : 0);
    }

    private float[][] PoolTexts(
        ModelBatch<string> batch, AlbertModelOutput output, int promptTokens, EmbeddingRequest request, CancellationToken cancellation)
    {
        if (_head.Pooling.Modes is [Pooling.Pooler])
        {
            _model.Pool(batch.Tokens, output, cancellation);
            return batch.Select((i, _) => _head.Vector(output.PooledOutput[batch.FirstSequence(i)].ToArray(), request));
        }

        // The last layer is then computed for the first tokens alone, to the same bits.
        bool firstTokensOnly = promptTokens == 0 && _head.Pooling.IsFirstTokenAlone;
        if (firstTokensOnly)
            _model.Forward(batch.Tokens, batch.Tokens.SequenceStarts[..batch.Tokens.SequenceCount], output, cancellation);
        else
            _model.Forward(batch.Tokens, output, hiddenStates: false, cancellation);
        return batch.Select((i, _) => _head.Vector(
            output.LastHiddenState, firstTokensOnly ? [batch.FirstSequence(i)] : batch.TokenRows(i), promptTokens, request));
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
        Pool.Tokens(_words == WordPooling.Mean ? Pooling.Mean : Pooling.Cls, states, rows, position: 0, vector);
        return vector;
    }
}
