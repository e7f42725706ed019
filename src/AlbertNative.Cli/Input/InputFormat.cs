using System.Text.Unicode;

namespace AlbertNative.Cli;

/// <summary>How the lines of the input become what a command works on.</summary>
internal sealed class InputFormat<TItem>
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

    /// <summary>Whether lines are JSON.</summary>
    public required bool IsJson { get; init; }

    /// <summary>Reads one line.</summary>
    /// <exception cref="BadInputException">It is not what the command works on.</exception>
    public (TItem Item, JsonRecord? Record) Parse(InputLine line)
    {
        if (line.Arguments is not null)
            return (FromColumns(line.Arguments), null);
        if (!Utf8.IsValid(line.Bytes))
            throw new BadInputException("not valid UTF-8");
        if (!IsJson)
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
