namespace AlbertNative.Cli;

/// <summary>A file that appears under its name only when it is complete: written beside it, then renamed.</summary>
internal sealed class OutputFile : IDisposable
{
    private readonly string _path;
    private readonly string _partial;
    private bool _completed;

    public OutputFile(string path)
    {
        _path = Path.GetFullPath(path);
        _partial = $"{_path}.{Guid.NewGuid():N}.partial";
        if (Directory.Exists(_path))
            throw new BadInputException($"{path} is a directory, expected a file's name");
        Stream = Create(path);
    }

    /// <summary>The file's name.</summary>
    public string Name => _path;

    /// <summary>What to write to.</summary>
    public FileStream Stream { get; }

    /// <summary>Puts the file in its place, over one that may stand there.</summary>
    public void Complete()
    {
        Stream.Dispose();
        File.Move(_partial, _path, overwrite: true);
        _completed = true;
    }

    // The other name means nothing to anyone.
    private FileStream Create(string path)
    {
        try
        {
            return new FileStream(_partial, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1 << 16);
        }
        catch (DirectoryNotFoundException)
        {
            throw new BadInputException($"cannot write {path}: there is no directory {Path.GetDirectoryName(_path)}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"cannot write {path}: {e.Message.Replace(_partial, path, StringComparison.Ordinal)}");
        }
    }

    /// <summary>Removes what was written, unless it is complete.</summary>
    public void Dispose()
    {
        try
        {
            // Of a full disk this fails, as what is left in the buffer finds no room either.
            Stream.Dispose();
        }
        finally
        {
            if (!_completed)
                File.Delete(_partial);
        }
    }
}
