namespace AlbertNative;

/// <summary>A model on the hub, as far as a name or a place in the hub's cache tells.</summary>
/// <param name="Name"><c>org/name</c>; old models have a bare <c>name</c>.</param>
/// <param name="Revision">The branch, tag or commit; null where it is not told.</param>
internal sealed record ModelOrigin(string Name, string? Revision)
{
    private const string CacheFolder = "models--";
    private const string Snapshots = "snapshots";

    /// <summary>The model whose folder in the hub's cache, <c>models--ORG--NAME/snapshots/COMMIT</c>, holds a path; null for other paths.</summary>
    public static ModelOrigin? OfCached(string path)
    {
        string[] folders = Path.GetFullPath(path).Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);
        for (int i = folders.Length - 2; i > 0; i--)
        {
            if (folders[i] == Snapshots && folders[i - 1].StartsWith(CacheFolder, StringComparison.Ordinal))
                return new(folders[i - 1][CacheFolder.Length..].Replace("--", "/", StringComparison.Ordinal), folders[i + 1]);
        }
        return null;
    }

    /// <summary>Reads <c>org/name</c> or <c>org/name@revision</c>.</summary>
    public static ModelOrigin Parse(string name)
    {
        int at = name.IndexOf('@', StringComparison.Ordinal);
        return at > 0 && at < name.Length - 1 ? new(name[..at], name[(at + 1)..]) : new(name, null);
    }
}
