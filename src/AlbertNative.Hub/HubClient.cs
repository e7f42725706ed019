using AlbertNative.Hub.Cache;
using AlbertNative.Hub.Files;
using AlbertNative.Hub.Http;

namespace AlbertNative.Hub;

/// <summary>
/// Fetches ALBERT models from a Hugging Face hub into Hugging Face's own cache, so that what Python's library has
/// fetched is used here and the reverse. Any number of threads may use one client, and any number of processes one
/// cache; one of them fetches a file, the others wait for it.
/// </summary>
public sealed class HubClient : IDisposable
{
    private readonly HubOptions _options;
    private readonly HubConnection _connection;
    private readonly RetryPolicy _retry;
    private readonly HubApi _api;

    /// <summary>Creates a client.</summary>
    /// <param name="options">Where models come from and go to; null for <see cref="HubOptions.FromEnvironment()"/>.</param>
    /// <exception cref="ArgumentException">An option, or the environment variable behind it, has an unusable value.</exception>
    public HubClient(HubOptions? options = null)
    {
        _options = options ?? HubOptions.FromEnvironment();
        _options.Validate();
        _connection = new HubConnection(_options);
        _retry = new RetryPolicy(_options);
        _api = new HubApi(_connection, _retry, _options);
    }

    /// <summary>
    /// Brings a model's files into the cache and returns the folder that holds them. The hub is asked what
    /// <paramref name="revision"/> means now and only what is missing is fetched; for a commit whose files are all
    /// cached, and in offline mode, the network is not used at all. A cached model that can run is taken as it is where
    /// offline mode is on or the hub cannot be reached; <see cref="HubOptions.Notice"/> then hears what is in doubt.
    /// </summary>
    /// <param name="repository">The model's name, <c>org/name</c>.</param>
    /// <param name="revision">A branch, a tag or a commit.</param>
    /// <param name="progress">Hears of every file; null for silence.</param>
    /// <param name="cancellationToken">Stops the download; the next one goes on from there.</param>
    /// <returns>The snapshot's folder: <c>config.json</c>, the weights, and what there is of tokenizer files.</returns>
    /// <exception cref="ArgumentException"><paramref name="repository"/> or <paramref name="revision"/> cannot be one.</exception>
    /// <exception cref="HubException">The model could not be fetched; its <see cref="HubException.Failure"/> says why.</exception>
    public async Task<string> DownloadAsync(
        string repository, string revision = HubName.DefaultRevision,
        IProgress<DownloadProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        HubName name = HubName.Create(repository, revision);
        return await FetchAsync(name, isPatient: true, progress, cancellationToken).ConfigureAwait(false);
    }

    // Who is not patient is not sure that there is such a model: a hub out of reach is asked for it once.
    private async Task<string> FetchAsync(
        HubName name, bool isPatient, IProgress<DownloadProgress>? progress, CancellationToken cancellationToken)
    {
        RepositoryCache cache = Cache(name);
        try
        {
            string? usable = FindUsable(cache, name.Revision);
            if (_options.Offline)
                return TakeOffline(cache, name, usable ?? throw NotCached(name));
            if (RepositoryCache.IsCommit(name.Revision) && CachedModel.IsComplete(cache, name.Revision))
                return cache.Snapshot(name.Revision);

            HubListing listing;
            try
            {
                listing = await _api.ListAsync(name, usable is null && isPatient ? null : IsUnreachable, cancellationToken).ConfigureAwait(false);
            }
            catch (HubException e) when (usable is not null && IsUnreachable(e))
            {
                Notify($"{e.Message} So the cached '{name}' is taken as it is, from {usable}.{Doubts(cache, usable)}");
                return usable;
            }
            SnapshotDownload download = new(_options, _connection, _retry, _api, cache, name, listing, progress);
            return await download.RunAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Disk.Named(e, _options.CacheDirectory);
        }
    }

    /// <summary>As <see cref="DownloadAsync"/>, for callers that cannot wait asynchronously; blocks the thread.</summary>
    /// <param name="repository">The model's name, <c>org/name</c>.</param>
    /// <param name="revision">A branch, a tag or a commit.</param>
    /// <param name="progress">Hears of every file; null for silence.</param>
    /// <param name="cancellationToken">Stops the download; the next one goes on from there.</param>
    /// <returns>The snapshot's folder.</returns>
    /// <exception cref="ArgumentException"><paramref name="repository"/> or <paramref name="revision"/> cannot be one.</exception>
    /// <exception cref="HubException">The model could not be fetched; its <see cref="HubException.Failure"/> says why.</exception>
    public string Download(
        string repository, string revision = HubName.DefaultRevision,
        IProgress<DownloadProgress>? progress = null, CancellationToken cancellationToken = default)
        // On the pool, where no synchronisation context can wait for the thread that waits here.
        => Task.Run(() => DownloadAsync(repository, revision, progress, cancellationToken), cancellationToken).GetAwaiter().GetResult();

    /// <summary>
    /// The cached snapshot of a revision, or null; the network is not used. A snapshot counts once it holds a
    /// configuration and the whole of the weights that a loader takes, whichever program fetched them; smaller files may
    /// be lacking.
    /// </summary>
    /// <param name="repository">The model's name, <c>org/name</c>.</param>
    /// <param name="revision">A branch, a tag or a commit.</param>
    /// <exception cref="ArgumentException"><paramref name="repository"/> or <paramref name="revision"/> cannot be one.</exception>
    /// <exception cref="HubException">The cache cannot be read.</exception>
    public string? TryFindCached(string repository, string revision = HubName.DefaultRevision)
    {
        HubName name = HubName.Create(repository, revision);
        return OnDisk(() => FindUsable(Cache(name), name.Revision));
    }

    /// <summary>
    /// Turns what a user gave into a path to load: a file or folder that exists is returned as it is, and a model's name
    /// (<c>org/name</c> or <c>org/name@revision</c>) is looked up in the cache and fetched where that lacks it. A cached
    /// model is taken without asking the hub for news; <see cref="DownloadAsync"/> does that. A name that is not cached and
    /// whose <c>org</c> is a folder here is taken for a mistyped path; with a revision (<c>org/name@main</c>) it is a name
    /// all the same. A hub that cannot be reached is asked once.
    /// </summary>
    /// <param name="nameOrPath">A path, or a name as <see cref="HubName.TryParse"/> takes it.</param>
    /// <param name="progress">Hears of every file that is fetched; null for silence.</param>
    /// <param name="cancellationToken">Stops the download; the next one goes on from there.</param>
    /// <exception cref="FileNotFoundException">A path, or what looks more like one than like a name, leads nowhere.</exception>
    /// <exception cref="HubException">A name's model could not be fetched.</exception>
    public async Task<string> ResolveAsync(
        string nameOrPath, IProgress<DownloadProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(nameOrPath);
        if (LocalPath.Exists(nameOrPath))
            return nameOrPath;
        if (!HubName.TryParse(nameOrPath, out HubName? name))
            throw LocalPath.Missing(nameOrPath);
        if (OnDisk(() => FindComplete(Cache(name), name.Revision)) is { } folder)
            return folder;
        if (LocalPath.IsLikely(nameOrPath))
            throw LocalPath.Missing(nameOrPath);
        try
        {
            return await FetchAsync(name, isPatient: false, progress, cancellationToken).ConfigureAwait(false);
        }
        catch (HubException e)
        {
            throw new HubException(e.Failure, $"There is no file or folder '{nameOrPath}' here, so it was taken as a model's name. {e.Message}{Hint(e, name)}", e);
        }
    }

    /// <summary>Closes the connections. Downloads under way fail.</summary>
    public void Dispose() => _connection.Dispose();

    private static string? FindUsable(RepositoryCache cache, string revision) =>
        cache.Resolve(revision) is { } commit && CachedModel.IsUsable(cache, commit) ? cache.Snapshot(commit) : null;

    private static string? FindComplete(RepositoryCache cache, string revision) =>
        cache.Resolve(revision) is { } commit && CachedModel.IsComplete(cache, commit) ? cache.Snapshot(commit) : null;

    private RepositoryCache Cache(HubName name) => new(_options.CacheDirectory, name.Repository, _options.SymbolicLinks);

    // A hub that answers with an error, or whose certificate is wrong, has been reached.
    private static bool IsUnreachable(HubException error) => error is { Failure: HubFailure.Network, IsTransient: true };

    private string TakeOffline(RepositoryCache cache, HubName name, string folder)
    {
        if (Doubts(cache, folder) is { Length: > 0 } doubts)
            Notify($"Offline mode is on (HF_HUB_OFFLINE), so the cached '{name}' is taken as it is, from {folder}.{doubts}");
        return folder;
    }

    private static string Doubts(RepositoryCache cache, string folder)
    {
        string[] unsettled = [.. CachedModel.Unsettled(cache, Path.GetFileName(folder))];
        return unsettled.Length == 0 ? "" : $" Nobody has asked yet whether the model also has {string.Join(", ", unsettled)}.";
    }

    private void Notify(string notice) => _options.Notice?.Invoke(notice);

    private HubException NotCached(HubName name) => new(HubFailure.Offline,
        $"Offline mode is on (HF_HUB_OFFLINE) and {Cache(name).Folder} holds no configuration with weights of '{name}'. Unset HF_HUB_OFFLINE, or fetch the model where there is a network and copy that folder here.");

    private string Hint(HubException error, HubName name) =>
        error.Failure is HubFailure.Network or HubFailure.ServerError or HubFailure.RateLimited
        && TryFindCached(name.Repository, name.Revision) is { } folder
            ? $" The cache holds a part of this model, possibly not all its settings; HF_HUB_OFFLINE=1 takes {folder} as it is."
            : "";

    private T OnDisk<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Disk.Named(e, _options.CacheDirectory);
        }
    }
}
