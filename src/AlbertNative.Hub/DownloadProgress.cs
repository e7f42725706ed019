namespace AlbertNative.Hub;

/// <summary>Where a file of a model stands while the model is fetched.</summary>
public enum DownloadStage
{
    /// <summary>The file is in the cache already; nothing is fetched.</summary>
    Cached,

    /// <summary>The file is wanted and its size known; its turn has not come, or another process is fetching it.</summary>
    Waiting,

    /// <summary>Bytes are arriving.</summary>
    Downloading,

    /// <summary>The file has arrived, its hash is right and it is in the cache.</summary>
    Completed,
}

/// <summary>One report of a download's progress.</summary>
/// <param name="File">The file's name in the model's repository, such as <c>model.safetensors</c>.</param>
/// <param name="Received">Bytes of the file on disk, those of an earlier, interrupted download included.</param>
/// <param name="Size">The file's size in bytes, or null where the hub did not say.</param>
/// <param name="Stage">Where the file stands.</param>
public readonly record struct DownloadProgress(string File, long Received, long? Size, DownloadStage Stage);
