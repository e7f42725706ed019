namespace AlbertNative.Cli;

/// <summary>The files of a table that is a command's input: one; or those of a directory, in the order of their names.</summary>
internal sealed class TableInput
{
    private TableInput(string path, IReadOnlyList<string> files) => (Path, Files) = (path, files);

    /// <summary>The file or directory.</summary>
    public string Path { get; }

    /// <summary>The files, of one kind.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>Their length in bytes, as far as they are there.</summary>
    public long Length => Files.Sum(file => new FileInfo(file) is { Exists: true } info ? info.Length : 0);

    /// <summary>Whether a path is a table by the names: a file's, or of one of the files in a directory.</summary>
    public static bool Is(string? path) => TableFile.IsTable(path) || (Directory.Exists(path) && EntriesOf(path).Any(TableFile.IsTable));

    /// <summary>Looks what there is. As for readers of Parquet, names with <c>_</c> or <c>.</c> before them are no parts of a table.</summary>
    /// <exception cref="BadInputException">A directory holds something else than tables of one kind; names it.</exception>
    public static TableInput Of(string path)
    {
        if (!Directory.Exists(path))
            return new(path, [path]);
        string[] entries = [.. EntriesOf(path).Order(StringComparer.Ordinal)];
        if (entries.FirstOrDefault(Directory.Exists) is string folder)
            throw new BadInputException($"{folder} is a directory, expected files alone in a directory that is a table: tables in folders by value are not read");
        if (entries.FirstOrDefault(entry => !TableFile.IsTable(entry)) is string other)
            throw new BadInputException($"{other} is no table by its name ({TableFile.Endings}), and lies in a directory that is to be one");
        if (entries.FirstOrDefault(entry => !TableFile.AreAlike(entries[0], entry)) is string unlike)
            throw new BadInputException($"{unlike} is of another kind than {entries[0]}, expected one kind in a directory");
        return new(path, entries);
    }

    // One that cannot be read has none.
    private static IEnumerable<string> EntriesOf(string directory) =>
        Directory.EnumerateFileSystemEntries(directory, "*", new EnumerationOptions { IgnoreInaccessible = true, AttributesToSkip = 0 })
            .Where(entry => System.IO.Path.GetFileName(entry)[0] is not ('_' or '.'));
}
