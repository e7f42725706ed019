namespace AlbertNative.Cli;

/// <summary>The columns of one group of rows that a command reads, each read when it is first asked for.</summary>
/// <param name="group">The group; null to look only whether the columns are there.</param>
/// <param name="reader">The table.</param>
/// <param name="names">Which columns stand for the command's fields, where they have other names.</param>
internal sealed class TextColumns(ITableGroup? group, ITableReader reader, IReadOnlyDictionary<string, string> names)
{
    private readonly Dictionary<string, string?[]> _texts = [];
    private readonly Dictionary<string, string?[]?[]> _lists = [];

    /// <summary>The fields that have been asked for.</summary>
    public IEnumerable<string> Asked => _texts.Keys.Concat(_lists.Keys);

    /// <summary>The column that stands for a field.</summary>
    public string NameOf(string field) => names.GetValueOrDefault(field, field);

    public string?[] Texts(string field) => Get(_texts, field, ColumnContent.Text, column => group?.Texts(column) ?? []);

    public string?[]?[] TextLists(string field) => Get(_lists, field, ColumnContent.TextList, column => group?.TextLists(column) ?? []);

    private T Get<T>(Dictionary<string, T> known, string field, ColumnContent expected, Func<string, T> read)
    {
        if (known.TryGetValue(field, out T? values))
            return values;
        string column = NameOf(field);
        if (!reader.Columns.Contains(column))
        {
            string hint = column == field ? $"; --column {field}=NAME names another" : "";
            throw new TableException($"{reader.Path}: there is no column \"{column}\" among {string.Join(", ", reader.Columns.Select(name => $"\"{name}\""))}{hint}");
        }
        (ColumnContent found, string type) = reader.ContentOf(column);
        if (found != expected)
        {
            string wanted = expected == ColumnContent.Text ? "strings" : "lists of strings";
            throw new TableException($"{reader.Path}: the column \"{column}\" is {type}, expected {wanted}");
        }
        return known[field] = read(column);
    }
}
