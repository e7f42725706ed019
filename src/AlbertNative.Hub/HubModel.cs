using AlbertNative.Hub.Files;

namespace AlbertNative.Hub;

/// <summary>
/// The bridge from a model's name to a path, for every loader that takes a path:
/// <c>Tokenizer.Load(HubModel.Resolve("albert/albert-base-v2"))</c>. What it returns exists and is a path, so that
/// resolving it again changes nothing.
/// </summary>
public static class HubModel
{
    /// <summary>As <see cref="ResolveAsync"/>, for callers that cannot wait asynchronously; blocks the thread while a model is fetched.</summary>
    /// <inheritdoc cref="ResolveAsync"/>
    public static string Resolve(
        string nameOrPath, HubOptions? options = null, IProgress<DownloadProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(nameOrPath);
        // Every load comes by here, and nearly all of them with a path, for which no other thread is needed.
        return TryFindPath(nameOrPath) ?? Task.Run(
            () => ResolveAsync(nameOrPath, options, progress, cancellationToken), cancellationToken).GetAwaiter().GetResult();
    }

    /// <summary>
    /// The local path of a model: what exists on disk as it is, and what a name (<c>org/name</c> or
    /// <c>org/name@revision</c>) stands for, fetched if need be. See <see cref="HubClient.ResolveAsync"/>.
    /// </summary>
    /// <param name="nameOrPath">A path, <c>org/name</c> or <c>org/name@revision</c>.</param>
    /// <param name="options">Where models come from and go to; null for <see cref="HubOptions.FromEnvironment()"/>.</param>
    /// <param name="progress">Hears of every file that is fetched; null for silence.</param>
    /// <param name="cancellationToken">Stops the download; the next one goes on from there.</param>
    /// <exception cref="FileNotFoundException">A path, or what looks more like one than like a name, leads nowhere.</exception>
    /// <exception cref="HubException">A name's model could not be fetched.</exception>
    /// <exception cref="ArgumentException">An option, or the environment variable behind it, has an unusable value.</exception>
    public static async Task<string> ResolveAsync(
        string nameOrPath, HubOptions? options = null, IProgress<DownloadProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(nameOrPath);
        if (TryFindPath(nameOrPath) is { } path)
            return path;
        using HubClient client = new(options);
        return await client.ResolveAsync(nameOrPath, progress, cancellationToken).ConfigureAwait(false);
    }

    // A path needs no hub, so a bad HF_ENDPOINT must not stand in its way.
    private static string? TryFindPath(string nameOrPath)
    {
        if (LocalPath.Exists(nameOrPath))
            return nameOrPath;
        return HubName.TryParse(nameOrPath, out _) ? null : throw LocalPath.Missing(nameOrPath);
    }
}
