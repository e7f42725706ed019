using AlbertNative.Checkpoints;
using AlbertNative.Hub;
using AlbertNative.Model.Onnx;
using AlbertNative.Model.TensorFlow;
using AlbertNative.Tensors;

namespace AlbertNative.Model;

/// <summary>
/// Where a model's parts come from: a directory in Hugging Face's layout (one of the hub's cache, too), a checkpoint file
/// in one, a one-file model, or a TensorFlow 1 checkpoint with Google's files beside it.
/// Whatever the place, a part has the name that it has in such a directory. Whoever opens the files disposes them.
/// </summary>
public abstract class ModelFiles : IDisposable
{
    /// <summary>The configuration's name.</summary>
    public const string Config = ModelConfig.FileName;

    /// <summary>The name of a SentencePiece vocabulary.</summary>
    public const string SentencePieceModel = "spiece.model";

    /// <summary>The name of a tokenizer in the form of Hugging Face's Rust tokenizers.</summary>
    public const string TokenizerJson = "tokenizer.json";

    /// <summary>The name of a WordPiece vocabulary.</summary>
    public const string WordPieceVocabulary = "vocab.txt";

    /// <summary>The names of the files that a tokenizer may be made of, in the order in which they are looked for.</summary>
    public static IReadOnlyList<string> Vocabularies { get; } = [TokenizerJson, SentencePieceModel, WordPieceVocabulary];

    // The largest parts beside the weights are vocabularies, of some ten megabytes.
    private const int MaxPartLength = 1 << 28;

    // What is opened for the tensors.
    private readonly string _weights;
    private readonly Lock _gate = new();
    private Checkpoint? _checkpoint;
    private ModelConfig? _config;

    /// <summary>Files whose tensors are open.</summary>
    private protected ModelFiles(string path, string root, Checkpoint checkpoint)
    {
        Path = path;
        Root = root;
        _weights = checkpoint.Source;
        _checkpoint = checkpoint;
    }

    /// <summary>Files whose tensors are opened when they are first asked for.</summary>
    private protected ModelFiles(string path, string root, string weights)
    {
        Path = path;
        Root = root;
        _weights = weights;
    }

    /// <summary>The directory or file that was opened; of a model that was named, its directory in the hub's cache.</summary>
    public string Path { get; }

    /// <summary>What holds the parts other than the weights: the directory, or the one-file model.</summary>
    public string Root { get; }

    /// <summary>The tensors, opened when they are first asked for and open until the files are disposed.</summary>
    /// <exception cref="CheckpointFormatException">There is no checkpoint, or it is damaged, hostile or not supported.</exception>
    public Checkpoint Checkpoint
    {
        get
        {
            // A tokenizer may be read beside the weights.
            lock (_gate)
                return _checkpoint ??= Checkpoint.Open(_weights);
        }
    }

    /// <summary>Where a converted model comes from; null for anything else.</summary>
    public virtual ModelProvenance? Provenance => null;

    /// <summary>How the model asks to be held where whoever opens it does not choose; null where it does not ask.</summary>
    /// <exception cref="CheckpointFormatException">What it asks for is not known.</exception>
    public virtual WeightPrecision? Precision => null;

    /// <summary>What was decided about the model that its files do not say, for people to read; null where they say everything.</summary>
    public virtual string? Remark => null;

    /// <summary>
    /// Opens a model's directory, a one-file model, or a checkpoint file (an ONNX graph is one, too) whose other parts
    /// lie beside it; or a model of the hub by its name, which is fetched where the cache lacks it. A graph says itself
    /// what a missing configuration would.
    /// </summary>
    /// <param name="nameOrPath">
    /// A path, or <c>org/name</c> or <c>org/name@revision</c>; what exists on disk is a path. A name is resolved once.
    /// </param>
    /// <param name="options">Where names are looked up.</param>
    /// <param name="progress">Told of every file that is fetched.</param>
    /// <param name="cancellationToken">Stops a download; the next one goes on from there.</param>
    /// <exception cref="CheckpointFormatException">The file is no checkpoint, or a one-file model of another version.</exception>
    /// <exception cref="FileNotFoundException">There is neither a file nor a directory of that name, which is no model's name either.</exception>
    /// <exception cref="HubException">The named model could not be fetched.</exception>
    public static ModelFiles Open(
        string nameOrPath, ModelOptions? options = null, IProgress<OpenProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(nameOrPath);
        return OpenPath(HubModel.Resolve(nameOrPath, options?.Hub, FileProgress.Of(progress), cancellationToken));
    }

    /// <summary>As <see cref="Open"/>; no thread waits for the network.</summary>
    /// <exception cref="CheckpointFormatException">The file is no checkpoint, or a one-file model of another version.</exception>
    /// <exception cref="FileNotFoundException">There is neither a file nor a directory of that name, which is no model's name either.</exception>
    /// <exception cref="HubException">The named model could not be fetched.</exception>
    public static async Task<ModelFiles> OpenAsync(
        string nameOrPath, ModelOptions? options = null, IProgress<OpenProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(nameOrPath);
        string path = await HubModel.ResolveAsync(nameOrPath, options?.Hub, FileProgress.Of(progress), cancellationToken).ConfigureAwait(false);
        return OpenPath(path);
    }

    /// <summary>Opens what lies at a path.</summary>
    /// <exception cref="CheckpointFormatException">The file is no checkpoint, or a one-file model of another version.</exception>
    /// <exception cref="FileNotFoundException">There is neither a file nor a directory.</exception>
    public static ModelFiles OpenPath(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string? weights = Checkpoint.Find(path);
        if (weights is not null && TensorFlowModel.Is(weights))
            return TensorFlowModel.Load(path, weights);
        if (Directory.Exists(path))
            return new HuggingFaceDirectory(path, weights);
        if (!File.Exists(path))
            throw new FileNotFoundException($"there is no model {path}", path);
        string directory = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!;
        return path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase) ? OpenOnnx(path, directory) : OpenCheckpoint(path, directory);
    }

    /// <summary>A part's content, or null where the model does not have it.</summary>
    /// <param name="name">Its name, such as <c>tokenizer_config.json</c> or <c>1_Pooling/config.json</c>.</param>
    /// <exception cref="CheckpointFormatException">The part is of an impossible kind or size.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public abstract byte[]? Read(string name);

    /// <summary>The file that a part is, or null where it is inside another or there is none.</summary>
    public abstract string? FileOf(string name);

    /// <summary>A file's content.</summary>
    /// <exception cref="CheckpointFormatException">It is no file, or longer than <paramref name="maxLength"/> bytes.</exception>
    internal static byte[] ReadFile(string file, long maxLength = MaxPartLength)
    {
        if (RegularFile.FaultOf(file) is string fault)
            throw new CheckpointFormatException(file, fault);
        return new FileInfo(file).Length <= maxLength
            ? File.ReadAllBytes(file)
            : throw new CheckpointFormatException(file, $"longer than {maxLength} bytes");
    }

    /// <summary>How errors call a part.</summary>
    public string NameOf(string name) => System.IO.Path.Combine(Root, name);

    /// <summary>The configuration, read when it is first asked for.</summary>
    /// <exception cref="CheckpointFormatException">There is none, or it is not of a supported model.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public ModelConfig ReadConfig()
    {
        lock (_gate)
        {
            return _config ??= ConfigReader.Read(
                Read(Config) ?? throw new CheckpointFormatException(Path, $"has no {Config}"), NameOf(Config), FamilyOfWeights);
        }
    }

    /// <summary>Closes the checkpoint.</summary>
    public void Dispose()
    {
        _checkpoint?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Reports downloads as a part of opening.</summary>
    private sealed class FileProgress(IProgress<OpenProgress> progress) : IProgress<DownloadProgress>
    {
        public static FileProgress? Of(IProgress<OpenProgress>? progress) => progress is null ? null : new(progress);

        public void Report(DownloadProgress value) => progress.Report(new(OpenStage.Files, value.Received, value.Size, value.File));
    }

    private ModelFamily? FamilyOfWeights() =>
        _checkpoint is null && !File.Exists(_weights) ? null : Family.OfTensors(Checkpoint.Tensors.Select(tensor => tensor.Name));

    private static HuggingFaceDirectory OpenOnnx(string path, string directory)
    {
        string config = System.IO.Path.Combine(directory, Config);
        AlbertOnnx onnx = AlbertOnnx.Open(path, File.Exists(config) ? ModelConfig.Load(config) : null);
        return new HuggingFaceDirectory(path, directory, onnx.Checkpoint, onnx.Config.ToJson());
    }

    private static ModelFiles OpenCheckpoint(string path, string directory)
    {
        Checkpoint checkpoint = Checkpoint.Open(path);
        try
        {
            return OneFileModel.Is(checkpoint)
                ? OneFileModel.Open(path, checkpoint)
                : new HuggingFaceDirectory(path, directory, checkpoint);
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }
}
