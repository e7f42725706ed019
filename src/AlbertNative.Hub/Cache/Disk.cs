namespace AlbertNative.Hub.Cache;

/// <summary>The file system's side of the cache: free space, whole-or-nothing writes, errors by name.</summary>
internal static class Disk
{
    /// <summary>Bytes that may still be written below <paramref name="folder"/>; null where the system does not say.</summary>
    public static long? FreeSpace(string folder)
    {
        try
        {
            return new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>
    /// Makes <paramref name="path"/> appear as a whole: <paramref name="write"/> gets a name beside nothing that
    /// anyone reads (in <paramref name="scratch"/>, on the same disk), and the result is renamed over the target.
    /// </summary>
    public static void Replace(string path, string scratch, Action<string> write)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        Directory.CreateDirectory(scratch);
        string temporary = Path.Combine(scratch, $".{Guid.NewGuid():N}.tmp");
        try
        {
            write(temporary);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>The named form of an error that the file system gave while <paramref name="folder"/> was in use.</summary>
    public static HubException Named(Exception error, string folder) => IsFull(error)
        ? new HubException(HubFailure.NoSpace,
            $"The disk of the model cache {folder} is full. Free some space, or point HF_HUB_CACHE to another disk; what has arrived so far is kept and the download goes on from there.",
            error)
        : new HubException(HubFailure.Storage,
            $"The model cache {folder} cannot be used: {error.Message} Check the folder's permissions, or point HF_HUB_CACHE to another.",
            error);

    // ENOSPC, and EDQUOT of Linux and of macOS; ERROR_HANDLE_DISK_FULL and ERROR_DISK_FULL as HRESULTs.
    private static bool IsFull(Exception error) => OperatingSystem.IsWindows()
        ? error.HResult is unchecked((int)0x80070027) or unchecked((int)0x80070070)
        : error is IOException && (error.HResult == 28 || error.HResult == (OperatingSystem.IsMacOS() ? 69 : 122));
}
