namespace AlbertNative.Hub.Files;

/// <summary>What a text that may be a path or a name on the hub means on this disk.</summary>
internal static class LocalPath
{
    /// <summary>Whether <paramref name="path"/> leads to a file, a folder, or a TensorFlow checkpoint by its prefix.</summary>
    public static bool Exists(string? path) => Path.Exists(path) || (!string.IsNullOrEmpty(path) && File.Exists(path + ".index"));

    /// <summary>
    /// Whether what has a name's form is rather a path with a mistake in it: its first part is a folder here, and no
    /// revision, which a path has not, says that a name is meant.
    /// </summary>
    public static bool IsLikely(string name) =>
        !name.Contains('@', StringComparison.Ordinal) && Directory.Exists(name.Split('/')[0]);

    /// <summary>The error for what is not there; it names the first part that is missing.</summary>
    public static FileNotFoundException Missing(string path) => new($"there is no model {path}: {FirstMissing(path)}{Hint(path)}", path);

    private static string FirstMissing(string path)
    {
        string missing = Path.TrimEndingDirectorySeparator(path);
        string? parent = Path.GetDirectoryName(missing);
        while (!string.IsNullOrEmpty(parent) && !Path.Exists(parent))
            (missing, parent) = (parent, Path.GetDirectoryName(parent));
        string part = Path.GetFileName(missing);
        if (string.IsNullOrEmpty(parent))
            return $"nothing is called '{part}' in {Directory.GetCurrentDirectory()}";
        return Directory.Exists(parent) ? $"the folder '{parent}' has no '{part}'" : $"'{parent}' is a file";
    }

    private static string Hint(string path)
    {
        if (HubName.TryParse(path, out _))
            return $"; if the model of that name on the hub is meant, write {path}@{HubName.DefaultRevision}";
        return path.IndexOfAny(['/', '\\']) < 0 ? "; models on the hub are named ORG/NAME" : "";
    }
}
