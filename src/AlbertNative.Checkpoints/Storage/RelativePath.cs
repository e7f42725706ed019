namespace AlbertNative.Checkpoints;

/// <summary>Names of files that come from a file: they may lead down from its directory, and nowhere else.</summary>
internal static class RelativePath
{
    /// <summary>
    /// True for names in a directory or below it. Not rooted, on Windows or elsewhere, nor leading out: <c>..</c>, a
    /// drive or stream (<c>:</c>) and <c>\</c> have no business in such a name.
    /// </summary>
    public static bool IsInside(ReadOnlySpan<char> path)
    {
        if (path.IndexOfAny(":\\\0") >= 0)
            return false;
        foreach (Range part in path.Split('/'))
        {
            if (path[part] is "" or "." or "..")
                return false;
        }
        return true;
    }
}
