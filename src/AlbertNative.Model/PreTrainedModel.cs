using AlbertNative.Checkpoints;
using AlbertNative.Tensors;

namespace AlbertNative.Model;

/// <summary>
/// An opened model: its files, its configuration, its tensors by name, the encoder packed once, and its team of threads.
/// Opened once, shared by any number of heads, tasks and threads, and disposed once, which closes the files.
/// </summary>
/// <remarks>
/// Opening does all that can fail or take long; afterwards nothing touches a disk or a network. Heads are made of it by
/// their constructors, such as <see cref="MaskedLMHead(PreTrainedModel)"/>, and cost what their own weights take.
/// </remarks>
public sealed class PreTrainedModel : IDisposable
{
    private readonly EncoderWeights _weights;
    private readonly Dictionary<string, LinearWeights> _linears;
    private readonly ModelFiles? _files;
    private readonly bool _isCopied;

    private PreTrainedModel(
        ModelConfig config, WeightSource source, ModelFiles? files, ModelOptions options,
        IProgress<OpenProgress>? progress, CancellationToken cancellationToken)
    {
        int threads = options.ThreadCount;
        Config = config;
        Name = files?.Path ?? source.Name;
        Provenance = files?.Provenance;
        Tensors = NamedTensors.Match(source, config);
        Precision = options.Precision ?? files?.Precision ?? (Tensors.AreQuantized ? WeightPrecision.Int8 : WeightPrecision.Float32);
        _linears = new Dictionary<string, LinearWeights>(StringComparer.Ordinal);
        _weights = new EncoderWeights(Tensors, Precision, options.Weights, progress, cancellationToken);
        Passes = CreatePasses(threads);
        _isCopied = options.Weights == WeightAccess.Copied;
        if (_isCopied)
            files?.Dispose();
        else
            _files = files;
    }

    /// <summary>Shares all that a model has, but for its threads and perhaps its layers.</summary>
    private PreTrainedModel(PreTrainedModel other, EncoderWeights weights, WeightPrecision precision, int threads)
    {
        Config = other.Config;
        Name = other.Name;
        Provenance = other.Provenance;
        Tensors = other.Tensors;
        Precision = precision;
        _linears = other._linears;
        _weights = weights;
        _isCopied = other._isCopied;
        Passes = CreatePasses(threads);
    }

    /// <summary>The directory or file that was opened; of a model that was named, its directory in the hub's cache.</summary>
    public string Name { get; }

    /// <summary>The model's sizes and labels.</summary>
    public ModelConfig Config { get; }

    /// <summary>Where a converted model comes from; null for anything else.</summary>
    public ModelProvenance? Provenance { get; }

    /// <summary>How the layers' weights are held.</summary>
    public WeightPrecision Precision { get; }

    /// <summary>Threads that one pass uses.</summary>
    public int Threads => Passes.TeamSize;

    /// <summary>The classes whose weights the model holds: the heads that can be made of it.</summary>
    public IReadOnlyList<ModelArchitecture> Architectures => Tensors.Architectures;

    internal NamedTensors Tensors { get; }

    internal PassQueue Passes { get; }

    /// <summary>Opens a model from whatever <see cref="ModelFiles.Open"/> takes: a directory, a one-file model, or a name on the hub.</summary>
    /// <param name="nameOrPath">The model.</param>
    /// <param name="options">What can be chosen; null for the defaults.</param>
    /// <param name="progress">Told how far it is; called on the calling thread.</param>
    /// <param name="cancellationToken">Stops the opening; nothing is then left open.</param>
    /// <exception cref="CheckpointFormatException">The files hold no model that is supported; names every fault.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="Hub.HubException">The named model could not be fetched.</exception>
    /// <exception cref="OperationCanceledException">The caller has cancelled.</exception>
    public static PreTrainedModel Open(
        string nameOrPath,
        ModelOptions? options = null,
        IProgress<OpenProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        Rehearsal.Begin(options);
        return Open(ModelFiles.Open(nameOrPath, options, progress, cancellationToken), options, progress, cancellationToken);
    }

    /// <summary>As <see cref="Open(string, ModelOptions, IProgress{OpenProgress}, CancellationToken)"/>, for hosts: no thread of the pool waits for a network.</summary>
    /// <exception cref="CheckpointFormatException">The files hold no model that is supported; names every fault.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="Hub.HubException">The named model could not be fetched.</exception>
    /// <exception cref="OperationCanceledException">The caller has cancelled.</exception>
    public static async Task<PreTrainedModel> OpenAsync(
        string nameOrPath,
        ModelOptions? options = null,
        IProgress<OpenProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        Rehearsal.Begin(options);
        ModelFiles files = await ModelFiles.OpenAsync(nameOrPath, options, progress, cancellationToken).ConfigureAwait(false);
        return await Task.Run(() => Open(files, options, progress, cancellationToken), CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Opens a model of files, which it owns from then on.</summary>
    /// <exception cref="CheckpointFormatException">The files hold no model that is supported; names every fault.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The caller has cancelled.</exception>
    public static PreTrainedModel Open(
        ModelFiles files,
        ModelOptions? options = null,
        IProgress<OpenProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(files);
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            Rehearsal.Begin(options);
            return new(
                files.ReadConfig(), WeightSource.From(files.Checkpoint), files, options ?? new ModelOptions(), progress, cancellationToken);
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    /// <summary>Makes a model of any weights, which must outlive it.</summary>
    /// <exception cref="CheckpointFormatException">The weights are not those of the configuration; names every fault.</exception>
    public static PreTrainedModel Create(ModelConfig config, WeightSource weights, ModelOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(weights);
        return new(config, weights, files: null, options ?? new ModelOptions(), progress: null, CancellationToken.None);
    }

    /// <summary>Checks that the model holds the weights of a class.</summary>
    /// <exception cref="CheckpointFormatException">It does not; names them, and what the model is instead.</exception>
    /// <exception cref="ArgumentException">The model's family does not have the class.</exception>
    public void Require(ModelArchitecture architecture) => Tensors.Require(architecture);

    /// <summary>Tensors of the checkpoint that a class does not use: other heads' weights, and buffers.</summary>
    /// <exception cref="ArgumentException">The model's family does not have the class.</exception>
    public IReadOnlyList<string> UnusedTensors(ModelArchitecture architecture) => Tensors.Unused(architecture);

    /// <summary>
    /// The same model on another number of threads: everything but the threads is shared, so it costs nothing else. To be
    /// disposed before this one.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> is below 1.</exception>
    public PreTrainedModel WithThreads(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        return new(this, _weights, Precision, threads);
    }

    /// <summary>
    /// The same model with its layers held in another precision, packed anew from the same tensors; the rest is shared. To
    /// be disposed before this one.
    /// </summary>
    /// <exception cref="InvalidOperationException">The weights were copied, so that the layers' are only there in packed form.</exception>
    public PreTrainedModel WithPrecision(WeightPrecision precision)
    {
        if (precision == Precision)
            return new(this, _weights, precision, Threads);
        if (_isCopied)
            throw new InvalidOperationException("the weights were copied when the model was opened: open it with mapped ones");
        return new(this, new EncoderWeights(Tensors, precision, WeightAccess.Mapped, progress: null, CancellationToken.None), precision, Threads);
    }

    /// <summary>Ends the threads and closes the files; calls that are still running finish first.</summary>
    public void Dispose() => Passes.Dispose();

    private PassQueue CreatePasses(int threads) =>
        new(threads, () => new Pass(CreateEncoder(), CreateWorkspace()), () => _files?.Dispose());

    internal Encoder CreateEncoder() => new(Config, _weights);

    internal Workspace CreateWorkspace() => new(Config, Precision, projects: _weights.EmbeddingProjections.Length > 0);

    /// <summary>A head's linear layer, packed when it is first asked for and shared from then on.</summary>
    internal LinearWeights Linear(string module)
    {
        lock (_linears)
        {
            if (!_linears.TryGetValue(module, out LinearWeights? weights))
                _linears.Add(module, weights = Tensors.Linear(WeightPrecision.Float32, module));
            return weights;
        }
    }

    /// <summary>A head's LayerNorm.</summary>
    internal LayerNormWeights Norm(string module) => Tensors.Norm(module, (float)Config.LayerNormEpsilon);
}
