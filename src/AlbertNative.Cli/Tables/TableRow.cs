namespace AlbertNative.Cli;

/// <summary>A row of a table, as a command reads it.</summary>
/// <param name="columns">The columns of the row's group.</param>
/// <param name="index">Which row of the group; -1 for none, to find out which columns a command reads.</param>
internal readonly struct TableRow(TextColumns columns, int index)
{
    /// <summary>A string that must be there.</summary>
    /// <exception cref="BadInputException">It is null.</exception>
    /// <exception cref="TableException">There is no such column, or it holds no strings.</exception>
    public string Text(string field)
    {
        string?[] texts = columns.Texts(field);
        return index < 0 ? "" : texts[index] ?? throw Null(field);
    }

    /// <summary>A list of strings that must be there.</summary>
    /// <exception cref="BadInputException">It is null, or one of them is.</exception>
    /// <exception cref="TableException">There is no such column, or it holds no lists of strings.</exception>
    public string[] Texts(string field)
    {
        string?[]?[] lists = columns.TextLists(field);
        if (index < 0)
            return [];
        string?[] texts = lists[index] ?? throw Null(field);
        int empty = Array.IndexOf(texts, null);
        return empty < 0 ? (string[])texts! : throw Null($"{field}[{empty}]");
    }

    private BadInputException Null(string field) => new($"the column \"{columns.NameOf(field)}\" is null");
}
