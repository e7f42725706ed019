namespace AlbertNative.Cli;

/// <summary>A table that is read group of rows by group of rows.</summary>
internal interface ITableReader : IDisposable
{
    /// <summary>The file.</summary>
    string Path { get; }

    /// <summary>The names of its columns, in their order.</summary>
    IReadOnlyList<string> Columns { get; }

    /// <summary>Its length in bytes.</summary>
    long Length { get; }

    /// <summary>What a column holds, and how its type is called.</summary>
    (ColumnContent Content, string Type) ContentOf(string column);

    /// <summary>The groups, each good until the next one is asked for.</summary>
    IEnumerable<ITableGroup> Groups();

    /// <summary>A writer of tables with the columns of this one and further ones.</summary>
    /// <param name="output">The file.</param>
    /// <param name="results">The further columns.</param>
    ITableWriter CreateWriter(OutputFile output, IReadOnlyList<(string Name, ColumnType Type)> results);
}

/// <summary>What a column holds, as far as a command can read it.</summary>
internal enum ColumnContent
{
    Other,
    Text,
    TextList,
}

/// <summary>Rows that lie together: a row group of Parquet, a record batch of Arrow.</summary>
internal interface ITableGroup
{
    int RowCount { get; }

    /// <summary>How far into the file it reaches.</summary>
    long End { get; }

    /// <summary>A column of strings.</summary>
    string?[] Texts(string column);

    /// <summary>A column of lists of strings.</summary>
    string?[]?[] TextLists(string column);
}
