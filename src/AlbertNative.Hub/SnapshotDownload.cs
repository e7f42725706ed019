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
    private readonly string _commit = listing.Commit;
    private bool _wrote;

    /// <returns>The snapshot's folder.</returns>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        if (!listing.Files.Contains(ModelFiles.Config))
            throw Lacking(ModelFiles.Config);
        List<string> settings = [.. ModelFiles.Descriptions.Where(listing.Files.Contains)];
        await FetchAsync(settings, cancellationToken).ConfigureAwait(false);
        RefuseOtherModels();

        List<string> missing = [.. ModelFiles.Descriptions.Where(file => !listing.Files.Contains(file))];
        if (listing.Files.Contains(ModelFiles.Modules))
        {
            IReadOnlyList<string> modules = ModelFiles.ModuleConfigs(cache.File(_commit, ModelFiles.Modules));
            await FetchAsync(modules.Where(listing.Files.Contains), cancellationToken).ConfigureAwait(false);
            missing.AddRange(modules.Where(file => !listing.Files.Contains(file)));
        }
        await FetchWeightsAsync(cancellationToken).ConfigureAwait(false);
        Record(missing);
        return cache.Snapshot(_commit);
    }

    private async Task FetchWeightsAsync(CancellationToken cancellationToken)
    {
        string weights = ModelFiles.Weights.FirstOrDefault(listing.Files.Contains)
            ?? throw new HubException(HubFailure.FileNotFound,
                $"The model '{name}' has none of {string.Join(", ", ModelFiles.Weights)}; weights in other formats are not read.");
        await FetchAsync([weights], cancellationToken).ConfigureAwait(false);
        if (!ModelFiles.IsIndex(weights))
            return;

        IReadOnlyList<string> shards = ModelFiles.Shards(cache.File(_commit, weights));
        if (shards.FirstOrDefault(shard => !listing.Files.Contains(shard)) is { } absent)
            throw Lacking(ServerText.Clean(absent));
        await FetchAsync(shards, cancellationToken).ConfigureAwait(false);
    }

    private async Task FetchAsync(IEnumerable<string> files, CancellationToken cancellationToken)
    {
        List<string> wanted = [];
        foreach (string file in files)
        {
            if (cache.Has(_commit, file))
                ReportDone(file, DownloadStage.Cached);
            else
                wanted.Add(file);
        }

        RemoteFile[] remote = await Task.WhenAll(
            wanted.Select(file => api.DescribeAsync(name, _commit, file, cancellationToken))).ConfigureAwait(false);
        RequireSpace(remote);
        foreach (RemoteFile file in remote)
            progress?.Report(new DownloadProgress(file.Name, 0, file.Size, DownloadStage.Waiting));
        foreach (RemoteFile file in remote)
            await FetchAsync(file, cancellationToken).ConfigureAwait(false);
    }

    private async Task FetchAsync(RemoteFile file, CancellationToken cancellationToken)
    {
        using BlobLock held = await BlobLock.AcquireAsync(cache.Lock(file.ETag), cancellationToken).ConfigureAwait(false);
        if (cache.Has(_commit, file.Name)) // another process was faster
        {
            ReportDone(file.Name, DownloadStage.Cached);
            return;
        }

        _wrote = true;
        string blob = cache.Blob(file.ETag);
        bool fresh = !IsWhole(blob, file);
        if (fresh)
        {
            string incomplete = cache.Incomplete(file.ETag);
            BlobDownload download = new(connection, retry, options, name, file, api.Content(name, _commit, file.Name));
            await download.RunAsync(incomplete, progress, cancellationToken).ConfigureAwait(false);
            File.Move(incomplete, blob, overwrite: true);
        }
        cache.Link(blob, _commit, file.Name, fresh);
        ReportDone(file.Name, fresh ? DownloadStage.Completed : DownloadStage.Cached);
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
    private void RefuseOtherModels()
    {
        if (ModelFiles.ModelType(cache.File(_commit, ModelFiles.Config)) is { } type && type != "albert")
        {
            throw new HubException(HubFailure.NotAlbert,
                $"The model '{name}' is of type '{ServerText.Clean(type)}' by its config.json, not 'albert'; its weights were not fetched.");
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
