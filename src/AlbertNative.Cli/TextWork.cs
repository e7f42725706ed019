using System.Text.Json;
using System.Text.Unicode;
using Spectre.Console;

namespace AlbertNative.Cli;

/// <summary>What a command does with each item of its input: how it is read, computed and shown.</summary>
internal sealed class TextWork<TItem, TResult>
{
    /// <summary>
    /// The columns of a plain line, divided by tabs: how many there must be at least and at most. A line of a
    /// command with one column is not divided.
    /// </summary>
    public (int Least, int Most) Columns { get; init; } = (1, 1);

    /// <summary>What the columns are, for messages: "a question, a tab and a context".</summary>
    public string Expected { get; init; } = "a text";

    /// <summary>An item of a plain line's columns, or of as many arguments.</summary>
    public required Func<IReadOnlyList<string>, TItem> FromColumns { get; init; }

    /// <summary>An item of a JSON line.</summary>
    public required Func<JsonRecord, TItem> FromRecord { get; init; }

    /// <summary>
    /// Results for the items, in their order and lazily: for an item that cannot be computed it throws when that
    /// item's result is asked for, and not before.
    /// </summary>
    public required Func<IEnumerable<TItem>, CancellationToken, IEnumerable<TResult>> Compute { get; init; }

    /// <summary>Writes the fields of a result's JSON object.</summary>
    public required Action<Utf8JsonWriter, TItem, TResult> WriteJson { get; init; }

    /// <summary>Shows a result to people.</summary>
    public required Action<IAnsiConsole, TItem, TResult> Render { get; init; }

    /// <summary>
    /// Makes what is done with the rows of a table, and the types of Arrow and Parquet with it, which nobody else waits for; null
    /// where the command takes none.
    /// </summary>
    public Func<TableWork<TItem, TResult>>? Table { get; init; }

    /// <summary>Reads one line.</summary>
    /// <exception cref="BadInputException">It is not what the command works on.</exception>
    public (TItem Item, JsonRecord? Record) Parse(InputLine line, bool isJson)
    {
        if (line.Arguments is not null)
            return (FromColumns(line.Arguments), null);
        if (!Utf8.IsValid(line.Bytes))
            throw new BadInputException("not valid UTF-8");
        if (!isJson)
            return (FromColumns(Divide(Terminal.Utf8.GetString(line.Bytes))), null);

        JsonRecord record = JsonRecord.Parse(line.Bytes);
        return (FromRecord(record), record);
    }

    private string[] Divide(string line)
    {
        if (Columns.Most == 1)
            return [line];
        string[] columns = line.Split('\t');
        return columns.Length >= Columns.Least && columns.Length <= Columns.Most
            ? columns
            : throw new BadInputException($"expected {Expected}, found {columns.Length} column(s)");
    }
}
