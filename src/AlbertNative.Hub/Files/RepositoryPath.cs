using System.Buffers;

namespace AlbertNative.Hub.Files;

/// <summary>
/// Decides whether a name that came from a server may become a path below the cache. The rule is the same on every
/// platform, so that a cache can be carried between them: relative, slashes only, no step upwards, and no segment
/// that any of the common file systems gives a meaning of its own.
/// </summary>
internal static class RepositoryPath
{
    private const int MaximumLength = 255;

    private static readonly SearchValues<char> Forbidden =
        SearchValues.Create([.. "\\:*?\"<>|\x7f", .. Enumerable.Range(0, 32).Select(code => (char)code)]);

    public static bool IsSafe(string path) =>
        path.Length is > 0 and <= MaximumLength && path.Split('/').All(IsSafeSegment);

    private static bool IsSafeSegment(string segment) =>
        segment.Length > 0
        && segment is not ("." or "..")
        && segment[^1] is not ('.' or ' ')
        && !segment.AsSpan().ContainsAny(Forbidden)
        && !IsDeviceName(segment);

    // Windows opens a device for these names whatever extension follows.
    private static bool IsDeviceName(string segment)
    {
        string stem = segment.Split('.')[0].TrimEnd(' ').ToUpperInvariant();
        return stem is "CON" or "PRN" or "AUX" or "NUL" or "CONIN$" or "CONOUT$"
            || (stem.Length == 4 && char.IsAsciiDigit(stem[3])
                && (stem.StartsWith("COM", StringComparison.Ordinal) || stem.StartsWith("LPT", StringComparison.Ordinal)));
    }
}
