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

    /// <summary>The path of the file <paramref name="name"/> beside or below <paramref name="file"/>.</summary>
    public static string Beside(string file, string name) => Path.Combine(Path.GetDirectoryName(file) ?? "", name);

    /// <summary>
    /// True where symbolic links lead an existing file out of the directory of the file that names it: out of the one
    /// where that file was found, and of the one where it really lies. (Hugging Face's cache has links in place of both
    /// files, whose targets are in one directory.)
    /// </summary>
    public static bool LeadsOut(string file, string path)
    {
        string real = Resolve(path);
        return !IsBelow(real, Resolve(Path.GetDirectoryName(Path.GetFullPath(file))!))
            && !IsBelow(real, Path.GetDirectoryName(Resolve(file))!);
    }

    private static bool IsBelow(string path, string directory) =>
        path.StartsWith(Path.EndsInDirectorySeparator(directory) ? directory : directory + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    /// <summary>The path of an existing file without links. The system has followed them already, so they come to an end.</summary>
    private static string Resolve(string path)
    {
        string full = Path.GetFullPath(path);
        string resolved = Path.GetPathRoot(full)!;
        foreach (string part in full[resolved.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            string next = Path.Join(resolved, part);
            resolved = new FileInfo(next).LinkTarget is { } target ? Resolve(Path.Combine(resolved, target)) : next;
        }
        return resolved;
    }
}
