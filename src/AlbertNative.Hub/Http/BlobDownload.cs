using System.Globalization;
using System.Net;
using AlbertNative.Hub.Cache;

namespace AlbertNative.Hub.Http;

/// <summary>
/// Fetches one blob into its <c>.incomplete</c> file, going on where an earlier attempt or process stopped, and
/// vouches for the whole by its hash. The caller holds the blob's lock.
/// </summary>
internal sealed class BlobDownload(
    HubConnection connection, RetryPolicy retry, HubOptions options, HubName name, RemoteFile file, long limit, Uri address)
{
    private const int BufferSize = 1 << 17;

    // The announced size, or what there may be where none was announced.
    private readonly long _limit = file.Size ?? Math.Min(limit, options.MaxUnannouncedSize);
    private readonly byte[] _buffer = new byte[BufferSize];
    private long _furthest;

    /// <summary>Returns once the file at <paramref name="path"/> is whole and right.</summary>
    /// <exception cref="HubException">It could not be had; what has arrived stays, unless it is wrong.</exception>
    public async Task RunAsync(string path, IProgress<DownloadProgress>? progress, CancellationToken cancellationToken)
    {
        while (true)
        {
            bool resumes = new FileInfo(path) is { Exists: true, Length: > 0 };
            try
            {
                await FillAsync(path, progress, cancellationToken).ConfigureAwait(false);
                await VerifyAsync(path, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (HubException e) when (e.Failure is HubFailure.HashMismatch or HubFailure.TooLarge)
            {
                File.Delete(path);
                if (!resumes || e.Failure == HubFailure.TooLarge)
                    throw;
                // The fault may be in what an earlier process left: once more from the start.
            }
        }
    }

    private async Task VerifyAsync(string path, CancellationToken cancellationToken)
    {
        string hash = await BlobHash.ComputeAsync(path, file.ETag, cancellationToken).ConfigureAwait(false);
        if (hash != file.ETag)
        {
            throw new HubException(HubFailure.HashMismatch,
                $"'{file.Name}' of '{name}' arrived with the hash {hash}, the hub announced {file.ETag}. It has been deleted; try again, and if it stays wrong, a proxy or mirror alters it.");
        }
    }

    private async Task FillAsync(string path, IProgress<DownloadProgress>? progress, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using FileStream target = new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0, useAsync: true);
        if (target.Length > _limit)
            Empty(target);
        await retry.RunAsync($"Fetching '{file.Name}' of '{name}'", async token =>
        {
            await AttemptAsync(target, progress, token).ConfigureAwait(false);
            return true;
        }, () => _furthest, null, cancellationToken).ConfigureAwait(false);
        target.Flush(flushToDisk: true); // the rename that follows must not reach the disk before the bytes
    }

    private async Task AttemptAsync(FileStream target, IProgress<DownloadProgress>? progress, CancellationToken cancellationToken)
    {
        progress?.Report(new DownloadProgress(file.Name, target.Length, file.Size, DownloadStage.Downloading));
        if (target.Length == file.Size)
            return;

        using HubResponse response = await connection.SendAsync(
            HttpMethod.Get, address, target.Length, null, cancellationToken).ConfigureAwait(false);
        if (response.Status == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            if (file.Size is null && response.Content.ContentRange?.Length == target.Length)
                return;
            Empty(target);
            throw Unexpected(response, "refused to go on where the last attempt stopped", passing: true);
        }

        Position(target, response);
        while (await response.ReadAsync(_buffer, cancellationToken).ConfigureAwait(false) is int count and > 0)
        {
            if (target.Position + count > _limit)
                throw file.Size is null ? HubErrors.TooLarge(file, name, _limit) : TooLong(response);
            await target.WriteAsync(_buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
            // Not a sum: a server that always starts over and always stops at the same place gains nothing.
            _furthest = Math.Max(_furthest, target.Position);
            progress?.Report(new DownloadProgress(file.Name, target.Position, file.Size, DownloadStage.Downloading));
        }
        if (file.Size is { } size && target.Position < size)
            throw Unexpected(response, string.Create(CultureInfo.InvariantCulture, $"ended after {target.Position} of {size} bytes"), passing: true);
    }

    // Where the answer's first byte belongs: behind what is there, or, from a server without ranges, at the start.
    private void Position(FileStream target, HubResponse response)
    {
        switch (response.Status)
        {
            case HttpStatusCode.OK:
                Empty(target);
                break;
            case HttpStatusCode.PartialContent
                when response.Content.ContentRange is { } range && range.From == target.Length
                    && (range.Length is null || file.Size is null || range.Length == file.Size):
                target.Position = target.Length;
                break;
            case HttpStatusCode.PartialContent:
                throw Unexpected(response, "sent another part than was asked for", passing: false);
            default:
                throw HubErrors.Refused(response, name, file.Name, options);
        }
    }

    private static void Empty(FileStream target)
    {
        if (target.Length > 0)
            target.SetLength(0);
        target.Position = 0;
    }

    private HubException TooLong(HubResponse response) => new(HubFailure.HashMismatch, string.Create(CultureInfo.InvariantCulture,
        $"{ServerText.Address(response.Address)} sends more for '{file.Name}' of '{name}' than the {file.Size} bytes that the hub announced. It has been deleted; try again, and if it stays so, a proxy or mirror alters it."));

    private static HubException Unexpected(HubResponse response, string what, bool passing) => new(
        passing ? HubFailure.Network : HubFailure.InvalidResponse,
        $"{ServerText.Address(response.Address)} {what}.")
    { IsTransient = passing };
}
