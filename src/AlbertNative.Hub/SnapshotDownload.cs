using System.Globalization;
using AlbertNative.Hub.Cache;
using AlbertNative.Hub.Files;
using AlbertNative.Hub.Http;

namespace AlbertNative.Hub;

/// <summary>
/// Fetches one commit's model: first the small files, which say what else is needed, then the weights. The branch's
/// record is moved to the new commit last, so that an interrupted update leaves the old model in use.
/// </summary>
internal sealed class SnapshotDownload(
    HubOptions options, HubConnection connection, RetryPolicy retry, HubApi api,
    RepositoryCache cache, HubName name, HubListing listing, IProgress<DownloadProgress>? progress)
{
    // At once, of the hub; a model in many shards must not look like an attack.
    private const int MaximumQuestions = 8;

    private readonly string _commit = listing.Commit;
    private bool _wrote;

    /// <returns>The snapshot's folder.</returns>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        ModelLayout layout = await FindLayoutAsync(cancellationToken).ConfigureAwait(false);
        if (!listing.Files.Contains(layout.Config))
            throw Lacking(layout.Config);
        await FetchDescriptionsAsync(
            layout.Descriptions.Where(file => file != RepositoryFiles.Modules && listing.Files.Contains(file)), cancellationToken).ConfigureAwait(false);
        RefuseOtherModels(layout);
        await FetchWeightsAsync(layout, cancellationToken).ConfigureAwait(false);
        Record(layout.Descriptions.Concat(layout.ModuleWeights.SelectMany(files => files)).Where(file => !listing.Files.Contains(file)));
        return cache.Snapshot(_commit);
    }

    private async Task<ModelLayout> FindLayoutAsync(CancellationToken cancellationToken)
    {
        if (!listing.Files.Contains(RepositoryFiles.Modules))
            return ModelLayout.Plain;
        await FetchDescriptionsAsync([RepositoryFiles.Modules], cancellationToken).ConfigureAwait(false);
        return CachedModel.Layout(cache, _commit);
    }

    private Task FetchDescriptionsAsync(IEnumerable<string> files, CancellationToken cancellationToken) =>
        FetchAsync(files, null, RepositoryFiles.MaximumDescriptionSize, cancellationToken);

    private Task FetchWeightsAsync(IEnumerable<string> files, CancellationToken cancellationToken) =>
        FetchAsync(files, null, long.MaxValue, cancellationToken);

    // What the loader would take goes before what the hub has: weights that Python's library has fetched are not
    // fetched again in another format.
    private async Task FetchWeightsAsync(ModelLayout layout, CancellationToken cancellationToken)
    {
        string weights = CachedModel.Weights(cache, _commit, layout)
            ?? layout.Weights.FirstOrDefault(listing.Files.Contains)
            ?? throw new HubException(HubFailure.FileNotFound,
                $"The model '{name}' has none of {string.Join(", ", layout.Weights)}; weights in other formats are not read.");
        if (!RepositoryFiles.IsIndex(weights))
            await FetchWeightsAsync([weights], cancellationToken).ConfigureAwait(false);
        else if (cache.Has(_commit, weights))
            await FetchShardsAsync(cache.File(_commit, weights)).ConfigureAwait(false);
        else
            await FetchAsync([weights], FetchShardsAsync, RepositoryFiles.MaximumDescriptionSize, cancellationToken).ConfigureAwait(false);
        await FetchWeightsAsync(
            CachedModel.LackingModuleWeights(cache, _commit, layout)
                .Select(files => files.FirstOrDefault(listing.Files.Contains))
                .OfType<string>(),
            cancellationToken).ConfigureAwait(false);

        async Task FetchShardsAsync(string index)
        {
            string[] shards = [.. layout.Shards(index)];
            if (shards.FirstOrDefault(shard => !listing.Files.Contains(shard)) is { } absent)
                throw Lacking(ServerText.Clean(absent));
            await FetchWeightsAsync(shards, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <param name="files">What the snapshot must hold in the end.</param>
    /// <param name="fetchListed">
    /// For a file that lists others: fetches these, given the path of its content, before it appears in the snapshot
    /// itself. A loader that found the list alone would pass over whole weights of another format.
    /// </param>
    /// <param name="limit">The most bytes of each.</param>
    /// <param name="cancellationToken">Ends the download.</param>
    private async Task FetchAsync(
        IEnumerable<string> files, Func<string, Task>? fetchListed, long limit, CancellationToken cancellationToken)
    {
        List<string> wanted = [];
        foreach (string file in files)
        {
            if (cache.Has(_commit, file))
                ReportDone(file, DownloadStage.Cached);
            else
                wanted.Add(file);
        }

        RemoteFile[] remote = new RemoteFile[wanted.Count];
        ParallelOptions questions = new() { MaxDegreeOfParallelism = MaximumQuestions, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, remote.Length, questions, async (i, stop) =>
            remote[i] = await api.DescribeAsync(name, _commit, wanted[i], stop).ConfigureAwait(false)).ConfigureAwait(false);
        if (Array.Find(remote, file => file.Size > limit) is { } large)
            throw HubErrors.TooLarge(large, name, limit);
        RequireSpace(remote);
        foreach (RemoteFile file in remote)
            progress?.Report(new DownloadProgress(file.Name, 0, file.Size, DownloadStage.Waiting));
        foreach (RemoteFile file in remote)
            await FetchAsync(file, fetchListed, limit, cancellationToken).ConfigureAwait(false);
    }

    private async Task FetchAsync(RemoteFile file, Func<string, Task>? fetchListed, long limit, CancellationToken cancellationToken)
    {
        using BlobLock held = await BlobLock.AcquireAsync(cache.Lock(file.ETag), cancellationToken).ConfigureAwait(false);
        if (cache.Has(_commit, file.Name)) // another process was faster
        {
            if (fetchListed is not null)
                await fetchListed(cache.File(_commit, file.Name)).ConfigureAwait(false);
            ReportDone(file.Name, DownloadStage.Cached);
            return;
        }

        _wrote = true;
        string blob = cache.Blob(file.ETag);
        bool fresh = !IsWhole(blob, file);
        if (fresh)
        {
            BlobDownload download = new(connection, retry, options, name, file, limit, api.Content(name, _commit, file.Name));
            if (held.ExcludesOthers)
                await FetchAsync(download, cache.Incomplete(file.ETag), blob, cancellationToken).ConfigureAwait(false);
            else
                await FetchAloneAsync(download, cache.Unshared(file.ETag), blob, cancellationToken).ConfigureAwait(false);
        }
        if (fetchListed is not null)
            await fetchListed(blob).ConfigureAwait(false);
        cache.Link(blob, _commit, file.Name, fresh);
        ReportDone(file.Name, fresh ? DownloadStage.Completed : DownloadStage.Cached);
    }

    private async Task FetchAsync(BlobDownload download, string incomplete, string blob, CancellationToken cancellationToken)
    {
        await download.RunAsync(incomplete, progress, cancellationToken).ConfigureAwait(false);
        File.Move(incomplete, blob, overwrite: true);
    }

    // Where nothing keeps another process from the same file, each fetches its own, and the last rename wins: the
    // content is the same. A part that nobody else may go on with is not left behind.
    private async Task FetchAloneAsync(BlobDownload download, string own, string blob, CancellationToken cancellationToken)
    {
        try
        {
            await FetchAsync(download, own, blob, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (File.Exists(own))
                File.Delete(own);
        }
    }

    private static bool IsWhole(string blob, RemoteFile file) =>
        new FileInfo(blob) is { Exists: true } info && (file.Size is null || info.Length == file.Size);

    private void ReportDone(string file, DownloadStage stage)
    {
        if (progress is null)
            return;
        long size = cache.Size(_commit, file);
        progress.Report(new DownloadProgress(file, size, size, stage));
    }

    private void RequireSpace(IEnumerable<RemoteFile> files)
    {
        long needed = 0;
        foreach (RemoteFile file in files)
        {
            FileInfo started = new(cache.Incomplete(file.ETag));
            if (!IsWhole(cache.Blob(file.ETag), file))
                needed += Math.Max(0, (file.Size ?? 0) - (started.Exists ? started.Length : 0));
        }
        if (needed == 0)
            return;

        Directory.CreateDirectory(cache.Folder);
        if (options.FreeSpace(cache.Folder) is { } free && free < needed)
        {
            throw new HubException(HubFailure.NoSpace, string.Create(CultureInfo.InvariantCulture,
                $"'{name}' needs {needed} more bytes in {options.CacheDirectory}, whose disk has {free} left. Free some space, or point HF_HUB_CACHE to another disk."));
        }
    }

    // Before gigabytes of some other architecture are fetched only for the loader to refuse them.
    private void RefuseOtherModels(ModelLayout layout)
    {
        if (RepositoryFiles.ModelType(cache.File(_commit, layout.Config)) is { } type && !RepositoryFiles.ModelTypes.Contains(type))
        {
            throw new HubException(HubFailure.UnsupportedModel,
                $"The model '{name}' is of type '{ServerText.Clean(type)}' by its config.json, not {string.Join(" or ", RepositoryFiles.ModelTypes.Select(known => $"'{known}'"))}; its weights were not fetched.");
        }
    }

    private void Record(IEnumerable<string> missing)
    {
        try
        {
            foreach (string file in missing)
                cache.MarkMissing(_commit, file);
            cache.Record(name.Revision, _commit);
        }
        catch (Exception e) when (!_wrote && e is IOException or UnauthorizedAccessException)
        {
            // A model that was all there in a cache that may only be read: the marks save questions, no more.
        }
    }

    private HubException Lacking(string file) =>
        new(HubFailure.FileNotFound, $"The model '{name}' has no file '{file}' (commit {_commit}).");
}
