using System.Diagnostics;
using System.Diagnostics.Metrics;
using AlbertNative.Model;
using AlbertNative.Tensors;
using AlbertNative.Tensors.Threading;

namespace AlbertNative.Serving;

/// <summary>
/// The models that are served, by their names. A model is loaded beside the one that it replaces, checked and run warm; then
/// one reference is exchanged, and the old version is closed with the last request that holds it. Where anything fails, the
/// old version goes on.
/// </summary>
public sealed class ModelRegistry : IAsyncDisposable
{
    private readonly InferenceScheduler _scheduler;
    private readonly long? _maxMemory;
    private readonly SemaphoreSlim _loading = new(1);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ServedModel> _models = new(StringComparer.Ordinal);
    private readonly HashSet<string> _required = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Exception> _failures = new(StringComparer.Ordinal);
    private readonly Counter<long> _loads;
    private readonly Histogram<double> _loadDuration;
    private string? _defaultName;
    private string? _loadingName;
    private bool _disposed;

    /// <summary>Makes an empty registry.</summary>
    /// <param name="scheduler">What computes for the models; must outlive this.</param>
    /// <param name="maxMemory">The most memory of all models' weights, in bytes; null for no limit. A refused load is better than a killed process.</param>
    public ModelRegistry(InferenceScheduler scheduler, long? maxMemory = null)
    {
        ArgumentNullException.ThrowIfNull(scheduler);
        _scheduler = scheduler;
        _maxMemory = maxMemory;
        Meter meter = scheduler.Telemetry.Meter;
        _loads = meter.CreateCounter<long>("albertnative.model.loads", "{load}", "Models that were loaded, or could not be.");
        _loadDuration = meter.CreateHistogram<double>("albertnative.model.load.duration", "s", "How long a model took to be opened, checked and run warm.");
        meter.CreateObservableGauge("albertnative.model.info", () => Observe(static _ => 1L, new KeyValuePair<string, object?>("vector_width", ServedModel.VectorWidth)), null, "The models that are served.");
        meter.CreateObservableGauge("albertnative.model.memory", () => Observe(static model => model.MemoryBytes), "By", "About how much memory a model's weights take.");
        meter.CreateObservableGauge("albertnative.model.ready", ObserveReady, null, "Whether a model that has to be served is.");
    }

    /// <summary>The models that are served, in order of their names.</summary>
    public IReadOnlyList<ServedModel> Models
    {
        get
        {
            lock (_gate)
                return [.. _models.Values.OrderBy(model => model.Name, StringComparer.Ordinal)];
        }
    }

    /// <summary>The model that is meant where none is named: the first that was required or loaded, unless another is chosen.</summary>
    public string? DefaultName
    {
        get
        {
            lock (_gate)
                return _defaultName;
        }
        set
        {
            lock (_gate)
                _defaultName = value;
        }
    }

    /// <summary>True where every model that has to be served is.</summary>
    public bool IsReady
    {
        get
        {
            lock (_gate)
                return !_disposed && _required.All(_models.ContainsKey);
        }
    }

    /// <summary>Says that a model has to be served for the server to be ready.</summary>
    public void Require(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        lock (_gate)
        {
            _required.Add(name);
            _defaultName ??= name;
        }
        // An alert on a series that begins with its first failure would miss that one.
        foreach (string result in (string[])["loaded", "failed"])
            _loads.Add(0, new("model", name), new("result", result));
    }

    /// <summary>How a name stands, and why it could not be loaded the last time.</summary>
    public (ModelState State, Exception? Failure) StateOf(string name)
    {
        lock (_gate)
        {
            _failures.TryGetValue(name, out Exception? failure);
            ModelState state = _models.ContainsKey(name) ? ModelState.Ready
                : _loadingName == name ? ModelState.Loading
                : failure is not null ? ModelState.Failed
                : _required.Contains(name) ? ModelState.Loading
                : ModelState.Unknown;
            return (state, failure);
        }
    }

    /// <summary>Loads a model, and puts it in the place of the one with the same name.</summary>
    /// <param name="name">What it is asked for by.</param>
    /// <param name="path">Its directory or file. Names of the hub are the caller's matter: a stranger must not make a server fetch them.</param>
    /// <param name="options">What can be chosen; null for the defaults.</param>
    /// <param name="cancellationToken">Stops the loading; the old version goes on.</param>
    /// <exception cref="ModelLoadException">It cannot be served; says why. The old version goes on.</exception>
    /// <exception cref="OperationCanceledException">The caller has cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The registry was disposed.</exception>
    public async Task<ServedModel> LoadAsync(
        string name, string path, ServedModelOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIfNullOrEmpty(path);
        await _loading.WaitAsync(cancellationToken).ConfigureAwait(false);
        long started = Stopwatch.GetTimestamp();
        try
        {
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                _loadingName = name;
            }
            ServedModel model = await PrepareAsync(name, path, options ?? new ServedModelOptions(), cancellationToken).ConfigureAwait(false);
            Exchange(model);
            Loaded(name, "loaded", started);
            return model;
        }
        catch (Exception failure)
        {
            lock (_gate)
                _failures[name] = failure;
            Loaded(name, "failed", started);
            throw;
        }
        finally
        {
            lock (_gate)
                _loadingName = null;
            _loading.Release();
        }
    }

    /// <summary>
    /// What is different once somebody has put other files in a model's place: where its path leads, sizes and times. Null where
    /// nothing can be read there.
    /// </summary>
    /// <param name="path">Its directory or file.</param>
    public static string? StampOf(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            return FileHash.StampOf(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Serves a model no more; requests that hold it are answered.</summary>
    /// <returns>False where it was not served.</returns>
    public bool Unload(string name)
    {
        ServedModel? model;
        lock (_gate)
        {
            if (!_models.Remove(name, out model))
                return false;
            _required.Remove(name);
            _failures.Remove(name);
            if (_defaultName == name)
                _defaultName = _models.Keys.Order(StringComparer.Ordinal).FirstOrDefault();
        }
        model.LetGo();
        return true;
    }

    /// <summary>A model to answer a request with; null where it is not served.</summary>
    /// <param name="name">Its name; null for the default.</param>
    public ModelLease? Acquire(string? name)
    {
        // A version that is replaced between finding and holding it is closed only after the exchange: the next try finds the other.
        while (true)
        {
            ServedModel? model;
            lock (_gate)
            {
                if ((name ?? _defaultName) is not string wanted || !_models.TryGetValue(wanted, out model))
                    return null;
            }
            if (model.TryHold() is ModelLease lease)
                return lease;
        }
    }

    /// <summary>Serves no model any more.</summary>
    public async ValueTask DisposeAsync()
    {
        await _loading.WaitAsync().ConfigureAwait(false);
        ServedModel[] models;
        lock (_gate)
        {
            _disposed = true;
            models = [.. _models.Values];
            _models.Clear();
        }
        foreach (ServedModel model in models)
            model.LetGo();
        _loading.Release();
    }

    private async Task<ServedModel> PrepareAsync(string name, string path, ServedModelOptions options, CancellationToken cancellationToken)
    {
        try
        {
            string stamp = FileHash.StampOf(path);
            string sha256 = await FileHash.OfAsync(path, cancellationToken).ConfigureAwait(false);
            if (options.Sha256 is string wanted && !string.Equals(wanted, sha256, StringComparison.OrdinalIgnoreCase))
                throw new ModelLoadException($"model {name}: SHA-256 is {sha256}, expected {wanted}");
            RequireMemory(name, path, options);
            if (options.Verify)
                await Task.Run(() => Verify(name, path, options.Model.Precision, cancellationToken), cancellationToken).ConfigureAwait(false);
            TextModel model = await TextModel.OpenAsync(path, options.Model, progress: null, cancellationToken).ConfigureAwait(false);
            try
            {
                if (FileHash.StampOf(path) != stamp)
                    throw new ModelLoadException($"model {name}: its files were changed while they were read");
                return await Task.Run(() => Warm(name, sha256, model, options, cancellationToken), cancellationToken).ConfigureAwait(false);
            }
            catch
            {
                model.Dispose();
                throw;
            }
        }
        catch (Exception e) when (e is not (ModelLoadException or OperationCanceledException))
        {
            throw new ModelLoadException($"model {name} cannot be loaded: {e.Message}", e);
        }
    }

    private ServedModel Warm(string name, string sha256, TextModel model, ServedModelOptions options, CancellationToken cancellationToken)
    {
        SchedulerOptions scheduling = _scheduler.Options;
        using ThreadTeam team = new(scheduling.MostThreads);
        WarmUp.Check(model.Transformer, team);
        CostModel cost = WarmUp.Run(model.Transformer, team, team.Size / scheduling.ThreadCount, scheduling.StepTokens, cancellationToken);
        ServedModel served = new(_scheduler, name, sha256, model, options, cost);
        options.Check?.Invoke(served);
        return served;
    }

    private static void Verify(string name, string path, WeightPrecision? precision, CancellationToken cancellationToken)
    {
        foreach (ModelCheck check in ModelVerifier.Verify(path, precision, cancellationToken))
        {
            if (check.Result == CheckResult.Failed)
                throw new ModelLoadException($"model {name}: the check {check.Name} failed: {check.Detail}");
        }
    }

    private void RequireMemory(string name, string path, ServedModelOptions options)
    {
        if (_maxMemory is not long most)
            return;
        using ModelFiles files = ModelFiles.Open(path);
        long needed = ServedModel.MemoryOf(files.ReadConfig(), options.Model.Precision, options.Model.Weights);
        long held;
        lock (_gate)
            held = _models.Values.Sum(model => model.MemoryBytes);
        if (held + needed > most)
            throw new ModelLoadException($"model {name} takes about {needed} bytes, the others {held}, at most {most}");
    }

    private void Exchange(ServedModel model)
    {
        ServedModel? old;
        lock (_gate)
        {
            _scheduler.Queue.Open(model.Work);
            _models.TryGetValue(model.Name, out old);
            _models[model.Name] = model;
            _failures.Remove(model.Name);
            _defaultName ??= model.Name;
        }
        _scheduler.Telemetry.Served(model.Name);
        old?.LetGo();
    }

    private void Loaded(string name, string result, long started)
    {
        // A name that nobody has configured is not one for a metric.
        bool isKnown;
        lock (_gate)
            isKnown = _models.ContainsKey(name) || _required.Contains(name);
        TagList tags = new() { { "model", isKnown ? name : "_other" }, { "result", result } };
        _loads.Add(1, tags);
        _loadDuration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds, tags);
    }

    private IEnumerable<Measurement<long>> Observe(Func<ServedModel, long> value, params KeyValuePair<string, object?>[] more) => Models.Select(model => new Measurement<long>(
        value(model),
        [new("model", model.Name), new("version", model.Version), new("precision", model.Model.Transformer.Precision.ToString()), .. more]));

    private IEnumerable<Measurement<long>> ObserveReady()
    {
        lock (_gate)
            return [.. _required.Select(name => new Measurement<long>(_models.ContainsKey(name) ? 1 : 0, new KeyValuePair<string, object?>("model", name)))];
    }
}
