namespace AlbertNative.Cli;

/// <summary>A file that appears under its name only when it is complete: written beside it, then renamed.</summary>
internal sealed class PartialFile : IDisposable
{
    private readonly string _path;
    private readonly string _partial;
    private bool _completed;

    public PartialFile(string path)
    {
        _path = Path.GetFullPath(path);
        _partial = $"{_path}.{Guid.NewGuid():N}.partial";
        Stream = new FileStream(_partial, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1 << 16);
    }

    /// <summary>What to write to.</summary>
    public FileStream Stream { get; }

    /// <summary>Puts the file in its place, over one that may stand there.</summary>
    public void Complete()
    {
        Stream.Dispose();
        File.Move(_partial, _path, overwrite: true);
        _completed = true;
    }

    /// <summary>Removes what was written, unless it is complete.</summary>
    public void Dispose()
    {
        Stream.Dispose();
        if (!_completed)
            File.Delete(_partial);
    }
}
