using System.Runtime.ExceptionServices;
using AlbertNative.Checkpoints;
using AlbertNative.Model;
using AlbertNative.Tokenization;

namespace AlbertNative;

/// <summary>
/// An opened model and its tokenizer: what tasks are made of, any number of them over one. Four tasks of one model take its
/// memory once. Open it, share it among threads, and dispose it when its tasks are no longer used.
/// </summary>
/// <example><c>using TextModel model = TextModel.Open("albert-nano"); MaskFiller filler = new(model);</c></example>
public sealed class TextModel : IDisposable
{
    private readonly bool _ownsTransformer;
    private FileSettings<EmbeddingFiles> _embedding = FileSettings<EmbeddingFiles>.Of(new(null, SentenceTransformerConfig.None));
    private FileSettings<CrossEncoderConfig> _crossEncoder = FileSettings<CrossEncoderConfig>.Of(CrossEncoderConfig.None);

    /// <summary>Puts a model and a tokenizer together. Both stay the caller's: disposing this leaves the model open.</summary>
    /// <exception cref="ArgumentException">The tokenizer has ids that the model has not.</exception>
    public TextModel(PreTrainedModel transformer, Tokenizer tokenizer)
        : this(transformer, tokenizer, ownsTransformer: false)
    {
    }

    private TextModel(PreTrainedModel transformer, Tokenizer tokenizer, bool ownsTransformer)
    {
        ArgumentNullException.ThrowIfNull(transformer);
        ArgumentNullException.ThrowIfNull(tokenizer);
        if (tokenizer.VocabularySize > transformer.Config.VocabularySize)
        {
            throw new ArgumentException(
                $"the tokenizer has {tokenizer.VocabularySize} ids, the model {transformer.Config.VocabularySize} embeddings");
        }
        Transformer = transformer;
        Tokenizer = tokenizer;
        _ownsTransformer = ownsTransformer;
    }

    /// <summary>The model: token ids in, numbers out.</summary>
    public PreTrainedModel Transformer { get; }

    /// <summary>The tokenizer.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>The model's configuration.</summary>
    public ModelConfig Config => Transformer.Config;

    /// <summary>Whether its files, those of sentence-transformers, say how a text becomes a vector.</summary>
    public bool IsSentenceTransformer => _embedding.Fault is null && _embedding.Value.Modules is not null;

    /// <summary>What sentence-transformers' files say; null for a model that is none of its.</summary>
    /// <exception cref="CheckpointFormatException">They are malformed, or name something that is not supported.</exception>
    internal SentenceTransformerModules? Modules => _embedding.Value.Modules;

    /// <summary>Its prompts, its similarity and its length of vectors.</summary>
    /// <exception cref="CheckpointFormatException">They are malformed.</exception>
    internal SentenceTransformerConfig EmbeddingConfig => _embedding.Value.Config;

    /// <summary>How it scores pairs of texts.</summary>
    /// <exception cref="CheckpointFormatException">The files are malformed, or name something that is not supported.</exception>
    internal CrossEncoderConfig CrossEncoder => _crossEncoder.Value;

    /// <summary>
    /// Opens a model: its files are found once, its weights packed once. Afterwards nothing touches a disk or a network.
    /// </summary>
    /// <param name="nameOrPath">
    /// The directory or one-file model, or a name on the hub (<c>org/name</c>, <c>org/name@revision</c>), which is fetched
    /// where the cache lacks it. A directory of sentence-transformers is opened with its modules.
    /// </param>
    /// <param name="options">What can be chosen; null for the defaults.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancellationToken">Stops the opening; nothing is then left open.</param>
    /// <exception cref="FormatException">A file is malformed or not supported; names it.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="ArgumentException">Model, tokenizer and options do not fit together.</exception>
    /// <exception cref="Hub.HubException">The named model could not be fetched.</exception>
    /// <exception cref="OperationCanceledException">The caller has cancelled.</exception>
    public static TextModel Open(
        string nameOrPath,
        TextModelOptions? options = null,
        IProgress<OpenProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        options ??= new TextModelOptions();
        return OpenFiles(ModelFiles.Open(nameOrPath, options, progress, cancellationToken), options, progress, cancellationToken);
    }

    /// <summary>As <see cref="Open"/>, for hosts: no thread waits for the network.</summary>
    /// <exception cref="FormatException">A file is malformed or not supported; names it.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="ArgumentException">Model, tokenizer and options do not fit together.</exception>
    /// <exception cref="Hub.HubException">The named model could not be fetched.</exception>
    /// <exception cref="OperationCanceledException">The caller has cancelled.</exception>
    public static async Task<TextModel> OpenAsync(
        string nameOrPath,
        TextModelOptions? options = null,
        IProgress<OpenProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        options ??= new TextModelOptions();
        ModelFiles files = await ModelFiles.OpenAsync(nameOrPath, options, progress, cancellationToken).ConfigureAwait(false);
        return await Task.Run(() => OpenFiles(files, options, progress, cancellationToken), CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Opens a model of files, which it owns from then on.</summary>
    /// <exception cref="FormatException">A file is malformed or not supported; names it.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="ArgumentException">Model, tokenizer and options do not fit together.</exception>
    /// <exception cref="OperationCanceledException">The caller has cancelled.</exception>
    public static TextModel OpenFiles(
        ModelFiles files,
        TextModelOptions? options = null,
        IProgress<OpenProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(files);
        options ??= new TextModelOptions();
        ModelFiles root = files;
        Task<Tokenizer>? tokenizer = null;
        try
        {
            // What is not supported of these is a fault for the tasks that need it alone.
            FileSettings<EmbeddingFiles> embedding = FileSettings<EmbeddingFiles>.Read(() => EmbeddingFiles.Read(root));
            FileSettings<CrossEncoderConfig> crossEncoder = FileSettings<CrossEncoderConfig>.Read(() => CrossEncoderConfig.Read(root));
            // Some of sentence-transformers' directories keep the Transformer in a folder of its own.
            if (embedding.Fault is null && embedding.Value.Modules?.TransformerIn(root) is string folder && folder != root.Path)
            {
                root.Dispose();
                files = ModelFiles.OpenPath(folder);
            }
            // While the weights are packed here; but copied ones close the files, which the tokenizer must have read by then.
            tokenizer = Task.Run(() => LoadTokenizer(files, options, embedding.Fault), CancellationToken.None);
            if (options.Weights == WeightAccess.Copied)
                tokenizer.GetAwaiter().GetResult();
            PreTrainedModel transformer = PreTrainedModel.Open(files, options, progress, cancellationToken);
            TextModel model = Combine(transformer, tokenizer);
            model._embedding = embedding;
            model._crossEncoder = crossEncoder;
            return model;
        }
        catch (Exception failure)
        {
            // Of two faults that of the tokenizer comes first, whichever was found earlier.
            AggregateException? fault = LetEnd(tokenizer);
            files.Dispose();
            if (fault is not null && failure is not OperationCanceledException)
                ExceptionDispatchInfo.Throw(fault.InnerExceptions[0]);
            throw;
        }
    }

    /// <summary>Closes the model where this has opened it; calls that are still running finish first.</summary>
    public void Dispose()
    {
        if (_ownsTransformer)
            Transformer.Dispose();
    }

    /// <summary>Where modules are not understood, a tokenizer may be in one of them: then that is the fault.</summary>
    private static Tokenizer LoadTokenizer(ModelFiles files, TextModelOptions options, CheckpointFormatException? modulesFault)
    {
        try
        {
            return files.LoadTokenizer(options.Tokenizer);
        }
        catch (IOException) when (modulesFault is not null)
        {
            throw modulesFault;
        }
    }

    /// <summary>Waits until nothing is read any more; what was wrong with it, or null.</summary>
    private static AggregateException? LetEnd(Task<Tokenizer>? tokenizer)
    {
        if (tokenizer is null)
            return null;
        Task.WaitAny(tokenizer);
        return tokenizer.Exception;
    }

    private static TextModel Combine(PreTrainedModel transformer, Task<Tokenizer> tokenizer)
    {
        try
        {
            return new TextModel(transformer, tokenizer.GetAwaiter().GetResult(), ownsTransformer: true);
        }
        catch
        {
            transformer.Dispose();
            throw;
        }
    }

    /// <summary>What sentence-transformers' files say of a model that makes vectors of texts.</summary>
    private sealed record EmbeddingFiles(SentenceTransformerModules? Modules, SentenceTransformerConfig Config)
    {
        // The configuration first: it tells a model of another kind, whose modules are others.
        public static EmbeddingFiles Read(ModelFiles files)
        {
            SentenceTransformerConfig config = SentenceTransformerConfig.Read(files);
            return new(SentenceTransformerModules.Read(files), config);
        }
    }
}
