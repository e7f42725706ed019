namespace AlbertNative.Checkpoints;

/// <summary>A file that is written beside its final place and renamed when it is complete, or deleted.</summary>
internal sealed class PartialFile : IDisposable
{
    private readonly string _path;
    private bool _committed;

    private PartialFile(string path, FileStream stream)
    {
        _path = path;
        Stream = stream;
    }

    /// <summary>Where to write, in large pieces: it has no buffer, so that closing it cannot fail for want of space.</summary>
    public FileStream Stream { get; }

    /// <summary>Creates the file beside its final place. Errors name that place: the other name means nothing to anyone.</summary>
    public static PartialFile Create(string path)
    {
        string full = Path.GetFullPath(path), directory = Path.GetDirectoryName(full)!;
        if (Directory.Exists(full))
            throw new IOException($"{path} is a directory, expected a file's name");
        // In the same directory, so that the rename stays within one file system.
        string partial = Path.Combine(directory, $".{Path.GetFileName(full)}.{Guid.NewGuid():N}.partial");
        try
        {
            return new PartialFile(full, new FileStream(partial, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0));
        }
        catch (DirectoryNotFoundException e)
        {
            throw new DirectoryNotFoundException($"{path}: there is no directory {directory}", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new UnauthorizedAccessException($"{path}: no file may be written to {directory}", e);
        }
    }

    /// <summary>Brings the bytes to the disk and gives the file its name.</summary>
    public void Commit()
    {
        Stream.Flush(flushToDisk: true);
        Stream.Dispose();
        File.Move(Stream.Name, _path, overwrite: true);
        _committed = true;
    }

    public void Dispose()
    {
        Stream.Dispose();
        if (!_committed)
            File.Delete(Stream.Name);
    }
}
