using AlbertNative.Hub;
using AlbertNative.Server.Configuration;
using AlbertNative.Server.Requests;
using AlbertNative.Serving;

namespace AlbertNative.Server.Models;

/// <summary>
/// What becomes of the models while the server runs: each is loaded beside the version that is served, which goes on until then,
/// and where loading fails. One at a time.
/// </summary>
internal sealed partial class ModelUpdates(ModelCatalog catalog, ServedModels models, ILogger<ModelUpdates> logger) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1);

    // What an operator has unloaded stays so until an operator asks for it.
    private readonly HashSet<string> _unloaded = new(StringComparer.Ordinal);

    // Files that were seen once, to be loaded when they are seen the same again; and files that could not be loaded.
    private readonly Dictionary<string, string?> _seen = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string?> _failed = new(StringComparer.Ordinal);

    /// <summary>Loads a model of the catalog, new or again.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="sha256">The hash that its files must have; null for any.</param>
    /// <param name="cancellation">Stops the loading.</param>
    /// <exception cref="RequestException">There is none of the name, or it cannot be loaded.</exception>
    public async Task<ServedModel> LoadAsync(string name, string? sha256, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            catalog.Refresh();
            ModelSpec spec = catalog.Find(catalog.Resolve(name)) ?? throw new RequestException(
                ErrorKind.NoSuchModel, "no model of this name is in the settings or in the repository", "model");
            if (await TryLoadAsync(spec, sha256, cancellation).ConfigureAwait(false) is not Exception failure)
                return models.All.First(model => model.Name == spec.Name);
            throw new RequestException(ErrorKind.Invalid, failure.Message, "model");
        }
        catch (Exception e) when (e is IOException or FormatException)
        {
            throw new RequestException(ErrorKind.Invalid, e.Message, "model");
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Serves a model no more, until somebody loads it.</summary>
    /// <exception cref="RequestException">It is not served.</exception>
    public async Task UnloadAsync(string name, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            string model = catalog.Resolve(name);
            if (!models.Unload(model))
                throw new RequestException(ErrorKind.NoSuchModel, "no model of this name is served", "model");
            _unloaded.Add(model);
            LogUnloaded(logger, model);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Takes other settings: loads what is new or has changed, and serves no more what they do not name.</summary>
    /// <exception cref="IOException">The repository's folder cannot be read; nothing is changed.</exception>
    /// <exception cref="FormatException">The settings do not fit together; nothing is changed.</exception>
    public async Task ReplaceAsync(ServerOptions options, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            catalog.Replace(options);
            _unloaded.Clear();
            _failed.Clear();
            UnloadOthers();
            foreach (ModelSpec spec in catalog.Specs.Where(spec => !models.IsCurrent(spec)))
                await TryLoadAsync(spec, sha256: null, cancellation).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Loads what has changed since, once it has stayed the same from one call to the next: a file may be half written.</summary>
    public async Task LookAsync(CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            catalog.Refresh();
            UnloadOthers();
            foreach (ModelSpec spec in catalog.Specs)
            {
                if (_unloaded.Contains(spec.Name) || models.IsCurrent(spec) || ServedModels.StampOf(spec) is not string stamp)
                    continue;
                bool isSame = _seen.TryGetValue(spec.Name, out string? seen) && seen == stamp;
                _seen[spec.Name] = stamp;
                if (isSame && !(_failed.TryGetValue(spec.Name, out string? failed) && failed == stamp))
                    await TryLoadAsync(spec, sha256: null, cancellation).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            // The folder is being changed: the next look finds it whole, or the log says it again.
            LogUnreadable(logger, e.Message);
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private void UnloadOthers()
    {
        foreach (ServedModel model in models.All)
        {
            if (catalog.Find(model.Name) is null && models.Unload(model.Name))
                LogUnloaded(logger, model.Name);
        }
    }

    /// <summary>Why a model could not be loaded; null where it was.</summary>
    private async Task<Exception?> TryLoadAsync(ModelSpec spec, string? sha256, CancellationToken cancellation)
    {
        string? stamp = ServedModels.StampOf(spec);
        try
        {
            ServedModel model = await models.LoadAsync(spec, sha256, cancellation).ConfigureAwait(false);
            _unloaded.Remove(spec.Name);
            _failed.Remove(spec.Name);
            LogLoaded(logger, model.Name, model.Version);
            return null;
        }
        catch (Exception e) when (e is ModelLoadException or HubException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            _failed[spec.Name] = stamp;
            LogFailed(logger, spec.Name, e.Message);
            return e;
        }
    }

    [LoggerMessage(LogLevel.Information, "model {Model} is served as version {Version}")]
    private static partial void LogLoaded(ILogger logger, string model, string version);

    [LoggerMessage(LogLevel.Information, "model {Model} is served no more")]
    private static partial void LogUnloaded(ILogger logger, string model);

    [LoggerMessage(LogLevel.Error, "model {Model} cannot be loaded, what was served goes on: {Reason}")]
    private static partial void LogFailed(ILogger logger, string model, string reason);

    [LoggerMessage(LogLevel.Warning, "the models' files cannot be looked at: {Reason}")]
    private static partial void LogUnreadable(ILogger logger, string reason);
}
