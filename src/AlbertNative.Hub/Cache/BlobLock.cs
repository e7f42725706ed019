namespace AlbertNative.Hub.Cache;

/// <summary>
/// The right to fetch one blob, held by one process (and one task) at a time. It is an exclusive lock on a file:
/// <c>flock</c> on Unix and a denied share on Windows, both of which exclude Python's <c>filelock</c> as well.
/// The operating system takes it back from a process that dies; the file itself stays, as Python's does. On a file
/// system without locks it excludes nobody, and says so.
/// </summary>
internal sealed class BlobLock : IDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    private readonly FileStream _file;

    private BlobLock(FileStream file, bool excludesOthers)
    {
        _file = file;
        ExcludesOthers = excludesOthers;
    }

    /// <summary>
    /// Whether the lock keeps others out. .NET opens a file all the same where the system cannot lock it (network
    /// file systems, or locking switched off).
    /// </summary>
    public bool ExcludesOthers { get; }

    /// <summary>Waits until the lock at <paramref name="path"/> is free, however long its holder downloads.</summary>
    public static async Task<BlobLock> AcquireAsync(string path, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TryOpen(path) is { } file)
            {
                // A holder may have deleted the file between our opening and locking it; such a lock binds nobody.
                if (File.Exists(path))
                    return new BlobLock(file, IsRefused(path));
                file.Dispose();
                continue;
            }
            await Task.Delay(PollInterval, cancellationToken).ConfigureAwait(false);
        }
    }

    public void Dispose() => _file.Dispose();

    // A lock belongs to an open file, not to a process, so it must refuse us as it would refuse others.
    private static bool IsRefused(string path)
    {
        using FileStream? second = TryOpen(path);
        return second is null;
    }

    private static FileStream? TryOpen(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (IOException e) when (IsHeldElsewhere(e))
        {
            return null;
        }
    }

    // ERROR_SHARING_VIOLATION and ERROR_LOCK_VIOLATION as HRESULTs; EWOULDBLOCK of Linux and of macOS.
    private static bool IsHeldElsewhere(IOException error) => OperatingSystem.IsWindows()
        ? error.HResult is unchecked((int)0x80070020) or unchecked((int)0x80070021)
        : error.HResult == (OperatingSystem.IsMacOS() ? 35 : 11);
}
