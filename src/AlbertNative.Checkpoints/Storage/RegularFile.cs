namespace AlbertNative;

/// <summary>
/// What lies at the path of a model's file. Merely opening a pipe waits for whoever writes to it, and a device may have no
/// end, so neither is opened.
/// </summary>
internal static class RegularFile
{
    /// <summary>Whether nothing can be read there: an empty file, or a pipe or a device, which are of no length either.</summary>
    /// <exception cref="IOException">Nothing is there, or its links lead in a circle.</exception>
    public static bool IsEmpty(string path) =>
        (File.ResolveLinkTarget(path, returnFinalTarget: true) ?? new FileInfo(path)) is FileInfo { Exists: true, Length: 0 };

    /// <summary>Why what is there cannot be read as a part of a model; null where it can.</summary>
    /// <exception cref="IOException">Nothing is there, or its links lead in a circle.</exception>
    public static string? FaultOf(string path)
    {
        if (Directory.Exists(path))
            return "a directory, expected a file";
        return IsEmpty(path) ? "an empty file, or a pipe or a device" : null;
    }
}
