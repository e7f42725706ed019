namespace AlbertNative.Hub;

/// <summary>
/// The bridge from a model's name to a path, for every loader that takes a path:
/// <c>Tokenizer.Load(HubModel.Resolve("albert/albert-base-v2"))</c>.
/// </summary>
public static class HubModel
{
    /// <summary>
    /// The local path of a model, fetched if need be, with the environment's settings; blocks the thread.
    /// See <see cref="HubClient.ResolveAsync"/> for what counts as a name.
    /// </summary>
    /// <param name="nameOrPath">A path, <c>org/name</c> or <c>org/name@revision</c>.</param>
    /// <exception cref="HubException">A name's model could not be fetched.</exception>
    /// <exception cref="ArgumentException">An environment variable of the hub has an unusable value.</exception>
    public static string Resolve(string nameOrPath)
    {
        ArgumentException.ThrowIfNullOrEmpty(nameOrPath);
        // Every load comes by here, and nearly all of them with a path, for which no other thread is needed.
        return HubName.IsMeant(nameOrPath, out _) ? Task.Run(() => ResolveAsync(nameOrPath)).GetAwaiter().GetResult() : nameOrPath;
    }

    /// <summary>The local path of a model, fetched if need be, with the environment's settings.</summary>
    /// <param name="nameOrPath">A path, <c>org/name</c> or <c>org/name@revision</c>.</param>
    /// <param name="progress">Hears of every file that is fetched; null for silence.</param>
    /// <param name="cancellationToken">Stops the download; the next one goes on from there.</param>
    /// <exception cref="HubException">A name's model could not be fetched.</exception>
    /// <exception cref="ArgumentException">An environment variable of the hub has an unusable value.</exception>
    public static async Task<string> ResolveAsync(
        string nameOrPath, IProgress<DownloadProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(nameOrPath);
        // A path needs no hub, so a bad HF_ENDPOINT must not stand in its way.
        if (!HubName.IsMeant(nameOrPath, out _))
            return nameOrPath;
        using HubClient client = new();
        return await client.ResolveAsync(nameOrPath, progress, cancellationToken).ConfigureAwait(false);
    }
}
