namespace AlbertNative.Cli;

/// <summary>Files that hold tables, known by how their names end.</summary>
internal static class TableFile
{
    private const string StreamEnding = ".arrows";

    // COR_E_IO: of an IOException that a library has made without a code.
    private const int UnnamedFault = unchecked((int)0x80131620);

    // EINVAL, ERROR_INVALID_PARAMETER: what the system says to a place before the file's beginning, which a damaged file names.
    private static readonly int InvalidArgument = OperatingSystem.IsWindows() ? unchecked((int)0x80070057) : 22;

    private static readonly string[] ParquetEndings = [".parquet", ".pq"];
    private static readonly string[] ArrowEndings = [".arrow", ".feather", StreamEnding];

    /// <summary>What such files' names end in, for messages.</summary>
    public const string Endings = ".parquet, .pq, .arrow, .feather or .arrows";

    /// <summary>Whether a file is one by its name.</summary>
    public static bool IsTable(string? path) => path is not null && (IsParquet(path) || EndsWith(path, ArrowEndings));

    /// <summary>Whether two files are of the same kind.</summary>
    public static bool AreAlike(string path, string other) => IsTable(path) && IsTable(other) && IsParquet(path) == IsParquet(other);

    /// <summary>Whether an Arrow file is to be a stream by its name, which can be read without its end, from a pipe.</summary>
    public static bool IsStream(string path) => EndsWith(path, [StreamEnding]);

    /// <summary>Opens one to be read.</summary>
    /// <exception cref="BadInputException">It cannot be read, or is not what its name says.</exception>
    public static ITableReader Open(string path) => IsParquet(path) ? new ParquetTableReader(path) : new ArrowTableReader(path);

    public static FileStream OpenRead(string path) => InputSource.OpenRead(path, bufferSize: 1 << 16);

    /// <summary>Reads from a file by one of the libraries, which take a damaged one for all kinds of faults.</summary>
    /// <exception cref="TableException">It cannot be read.</exception>
    public static T Reading<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (OutOfMemoryException)
        {
            throw new TableException($"cannot read {path}: it is damaged, or what it holds takes more memory than there is");
        }
        catch (Exception e) when (e is not (OperationCanceledException or BadInputException or TableException) && !IsOfSystem(e))
        {
            throw new TableException($"cannot read {path}: it is damaged, cut off, or uses what is not supported: {OneLine.Of(e)}");
        }
    }

    /// <summary>Columns are found by their names.</summary>
    /// <exception cref="BadInputException">Two have the same one.</exception>
    public static void RequireDistinct(string path, IReadOnlyList<string> columns)
    {
        if (columns.GroupBy(name => name).FirstOrDefault(same => same.Skip(1).Any()) is { } twice)
            throw new BadInputException($"{path}: there is more than one column \"{twice.Key}\"");
    }

    // A full disk, where what was read is written again, is none of the file's faults: the system gives its own code with it.
    private static bool IsOfSystem(Exception e) => e.GetType() == typeof(IOException) && e.HResult != UnnamedFault && e.HResult != InvalidArgument;

    private static bool IsParquet(string path) => EndsWith(path, ParquetEndings);

    private static bool EndsWith(string path, string[] endings) => endings.Any(ending => path.EndsWith(ending, StringComparison.OrdinalIgnoreCase));
}
