using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using AlbertNative.Hub;
using AlbertNative.Server.Configuration;
using AlbertNative.Server.Requests;
using AlbertNative.Server.Telemetry;
using AlbertNative.Serving;

namespace AlbertNative.Server.Models;

/// <summary>The models of a server, from the first byte of the first one read until it ends.</summary>
internal sealed class ServedModels(ModelCatalog catalog, ServerOptions options, ModelRegistry registry, ServerMetrics metrics, TimeProvider time)
{
    /// <summary>Requests that may wait for a model at a time; others are refused at once.</summary>
    private const int MostWaiting = 1000;

    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(20);

    private readonly TaskCompletionSource _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConditionalWeakTable<Serving.ServedModel, ServedModel> _served = [];
    private readonly ConcurrentDictionary<string, (ModelSpec Spec, string? Stamp)> _files = new(StringComparer.Ordinal);
    private int _waiting;

    /// <summary>Whether all that the settings name can answer.</summary>
    public bool AreReady => _loaded.Task.IsCompletedSuccessfully && registry.IsReady;

    /// <summary>Ends when all of them can answer for the first time, or with the fault of one that cannot.</summary>
    public Task Loaded => _loaded.Task;

    /// <summary>Those that can answer, in the order of the settings.</summary>
    public IReadOnlyList<ServedModel> All
    {
        get
        {
            List<string> order = [.. catalog.Specs.Select(spec => spec.Name)];
            return [.. registry.Models.Select(Of).OrderBy(model => order.IndexOf(model.Name))];
        }
    }

    /// <summary>The model of requests that name none; null while it is not served.</summary>
    public ServedModel? Default => registry.Models.FirstOrDefault(model => model.Name == catalog.DefaultName) is Serving.ServedModel model ? Of(model) : null;

    /// <summary>What models can be called by, loaded or not.</summary>
    public IEnumerable<string> Names => catalog.Names;

    /// <summary>Opens every model of the settings and lets a text through it, then what of the repository can be opened. Called once.</summary>
    /// <param name="failed">Told of a model of the repository that could not be loaded.</param>
    /// <param name="cancellation">Stops the loading.</param>
    /// <exception cref="ModelLoadException">A model of the settings cannot be served; says why.</exception>
    /// <exception cref="IOException">There is no such file.</exception>
    /// <exception cref="HubException">The named model could not be fetched.</exception>
    public async Task LoadAsync(Action<ModelSpec, Exception> failed, CancellationToken cancellation)
    {
        try
        {
            foreach (ModelSpec spec in catalog.Specs.Where(catalog.IsRequired))
                registry.Require(spec.Name);
            foreach (ModelSpec spec in catalog.Specs)
            {
                try
                {
                    await LoadAsync(spec, sha256: null, cancellation).ConfigureAwait(false);
                }
                catch (Exception e) when (!catalog.IsRequired(spec) && e is not OperationCanceledException)
                {
                    failed(spec, e);
                }
            }
            _loaded.SetResult();
        }
        catch (Exception e)
        {
            _loaded.TrySetException(e);
            _ = _loaded.Task.Exception; // whoever waits gets it; where nobody does it is the caller's
            throw;
        }
    }

    /// <summary>Loads a model beside the version that is served, and puts it in its place once it has let a text through.</summary>
    /// <param name="spec">The model.</param>
    /// <param name="sha256">The hash that its files must have; null for what its settings say.</param>
    /// <param name="cancellation">Stops the loading.</param>
    /// <exception cref="ModelLoadException">It cannot be served; says why. The old version goes on.</exception>
    /// <exception cref="IOException">There is no such file.</exception>
    /// <exception cref="HubException">The named model could not be fetched.</exception>
    public async Task<ServedModel> LoadAsync(ModelSpec spec, string? sha256, CancellationToken cancellation)
    {
        string path = await HubModel.ResolveAsync(spec.Path, cancellationToken: cancellation).ConfigureAwait(false);
        string? stamp = ModelRegistry.StampOf(path);
        ServedModelOptions loading = new()
        {
            Model = new TextModelOptions { Threads = options.Threads, Weights = options.Weights, Precision = spec.Precision },
            Embedding = ServedModel.EmbeddingOf(spec),
            Sha256 = sha256 ?? spec.Sha256,
            Check = opened =>
            {
                ServedModel served = new(spec, opened, options.DefaultPrompt);
                WarmUp(served, cancellation);
                metrics.Serves(served);
                _served.Add(opened, served);
                _files[spec.Name] = (spec, stamp);
            },
        };
        return Of(await registry.LoadAsync(spec.Name, path, loading, cancellation).ConfigureAwait(false));
    }

    /// <summary>Serves a model no more; requests that have it are answered.</summary>
    /// <returns>False where it was not served.</returns>
    public bool Unload(string name)
    {
        _files.TryRemove(name, out _);
        return registry.Unload(name);
    }

    /// <summary>Whether what is served of a model is what its settings and its files are now.</summary>
    public bool IsCurrent(ModelSpec spec) => _files.TryGetValue(spec.Name, out (ModelSpec Spec, string? Stamp) loaded)
        && loaded.Spec == spec && (StampOf(spec) is not string stamp || stamp == loaded.Stamp);

    /// <summary>What changes with a model's files; null for what is none of this machine's.</summary>
    public static string? StampOf(ModelSpec spec) => Path.Exists(spec.Path) ? ModelRegistry.StampOf(spec.Path) : null;

    /// <summary>How a model stands, and why it could not be loaded the last time.</summary>
    public (ModelState State, Exception? Failure) StateOf(string name) => registry.StateOf(name);

    /// <summary>The model of a request, which keeps that version until it is answered; waits a little for one that is being loaded.</summary>
    /// <param name="request">The request, which is told its model.</param>
    /// <param name="name">Its name; null for what the header <c>x-model</c> says, or the default.</param>
    /// <exception cref="RequestException">There is none of the name, or none yet, or the request's key may not use it.</exception>
    public async ValueTask<ServedModel> FindAsync(ServerRequest request, string? name = null)
    {
        name ??= (string?)request.Http.Request.Headers["x-model"] ?? catalog.DefaultName;
        string? known = name is null ? null : catalog.Resolve(name);
        ModelLease lease = (known is null ? null : await AcquireAsync(known, request.Cancellation).ConfigureAwait(false))
            ?? throw new RequestException(ErrorKind.NoSuchModel, "no model of this name is served", "model");
        request.Hold(lease);
        if (!request.Client.MayUse(lease.Model.Name))
            throw new RequestException(ErrorKind.Forbidden, "the key may not use this model", "model");
        return request.Model = Of(lease.Model);
    }

    // A refusal is not answered at once: some clients try again without any pause.
    private async ValueTask<ModelLease?> AcquireAsync(string name, CancellationToken cancellation)
    {
        if (registry.Acquire(name) is ModelLease lease)
            return lease;
        long started = time.GetTimestamp();
        bool mayWait = Interlocked.Increment(ref _waiting) <= MostWaiting;
        try
        {
            while (IsExpected(name))
            {
                if (!mayWait || time.GetElapsedTime(started) >= options.NotReadyDelay)
                    throw new RequestException(ErrorKind.NotReady, "the model is not loaded yet") { RetryAfter = TimeSpan.FromSeconds(1) };
                await Task.Delay(LookAgain, time, cancellation).ConfigureAwait(false);
                if (registry.Acquire(name) is ModelLease late)
                    return late;
            }
            return registry.Acquire(name);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    // Until all have been loaded once, what is in the catalog will come.
    private bool IsExpected(string name) => registry.StateOf(name).State is ModelState.Loading or ModelState.Failed
        || (!_loaded.Task.IsCompleted && catalog.Find(name) is not null);

    private ServedModel Of(Serving.ServedModel model) => _served.TryGetValue(model, out ServedModel? served)
        ? served
        : throw new InvalidOperationException($"model {model.Name} was loaded by somebody else");

    /// <summary>What the first request would otherwise wait for, and find wrong.</summary>
    private static void WarmUp(ServedModel served, CancellationToken cancellation)
    {
        const string text = "albert";
        if (served.Kind != ModelKind.Embedding)
            served.Classifier(Overlong.Refuse).Classify(text, null, cancellation);
        else if (served.IsSplade)
            served.SparseEmbedder(Overlong.Refuse).Embed(text, cancellation);
        else
            served.Embedder(Overlong.Refuse).Embed(text, new EmbeddingRequest { PromptName = served.Spec.DefaultPrompt }, cancellation);
    }
}
