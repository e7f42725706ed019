namespace AlbertNative.Training;

/// <summary>One row of a table, or one object of a list: named values, each one text or several.</summary>
internal sealed class DataRow(string path, int line, IReadOnlyDictionary<string, string[]> cells)
{
    /// <summary>Its file.</summary>
    public string Path => path;

    /// <summary>The line from 1 on which it begins.</summary>
    public int Line => line;

    /// <summary>Whether it is an object, whose values have names.</summary>
    public bool IsObject { get; init; }

    /// <summary>Whether it has such a value.</summary>
    public bool Has(string column) => cells.ContainsKey(column);

    /// <summary>A value that is one text.</summary>
    /// <exception cref="DataFormatException">There is none, or it is several.</exception>
    public string Text(string column) => Texts(column) is [string single]
        ? single
        : throw Wrong(column, $"one text was expected, not {cells[column].Length}");

    /// <summary>A value that is one text or several.</summary>
    /// <exception cref="DataFormatException">There is none.</exception>
    public string[] Texts(string column) => cells.TryGetValue(column, out string[]? texts)
        ? texts
        : throw Wrong(null, $"there is no '{column}'; {Names}");

    /// <summary>The first of some columns that there is; null where there is none.</summary>
    public string? FirstOf(params ReadOnlySpan<string> columns)
    {
        foreach (string column in columns)
        {
            if (Has(column))
                return column;
        }
        return null;
    }

    /// <summary>The column that a part has in a table without names, where nothing else is said: texts come first, then labels.</summary>
    /// <param name="options">Whether there are names.</param>
    /// <param name="number">The column's number.</param>
    /// <param name="whose">What the column is known as, for the message.</param>
    /// <exception cref="DataFormatException">The columns have names.</exception>
    public string Unnamed(DataOptions options, string number, string whose) => !options.HasHeader
        ? number
        : throw Wrong(
            null, IsObject
                ? $"no property is known as the {whose}: name it ({Names})"
                : $"no column is known as the {whose}: name it, or say that the file has no header ({Names})");

    /// <summary>The names of all values, for messages.</summary>
    public string Names => $"there are {string.Join(", ", cells.Keys.Select(key => $"'{key}'"))}";

    /// <summary>A problem of this row.</summary>
    public DataFormatException Wrong(string? column, string problem) => new(path, line, column, problem);
}
