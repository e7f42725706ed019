using nietras.SeparatedValues;

namespace AlbertNative.Training;

/// <summary>Reads comma- and tab-separated files, strictly: what could be read in two ways is refused.</summary>
internal static class SeparatedValues
{
    /// <summary>The rows of a file.</summary>
    /// <exception cref="DataFormatException">A line has too many or too few columns, or quotation marks whose meaning is not clear.</exception>
    public static IEnumerable<DataRow> Read(DataText file, DataOptions options, List<string> notes)
    {
        char separator = options.Separator ?? FindSeparator(file);
        if (separator == '\t' && options.Separator is null && !file.Path.EndsWith(".tsv", StringComparison.OrdinalIgnoreCase))
            notes.Add($"{file.Path}: the columns are separated by tabs.");
        Quoting quoting = options.Quoting ?? Quoting.Csv;
        if (separator == '\t' && options.Quoting is null)
            RequireOneReading(file, separator);
        return Name(file, Split(file, separator, quoting), options.HasHeader);
    }

    private static char FindSeparator(DataText file)
    {
        if (file.Path.EndsWith(".tsv", StringComparison.OrdinalIgnoreCase))
            return '\t';
        string first = file.Lines().FirstOrDefault().Line ?? "";
        return first.Contains('\t', StringComparison.Ordinal) && !first.Contains(',', StringComparison.Ordinal) ? '\t' : ',';
    }

    private static IEnumerable<DataRow> Name(DataText file, IEnumerable<(int Line, string[] Fields)> rows, bool hasHeader)
    {
        string[]? names = null;
        foreach ((int line, string[] fields) in rows)
        {
            if (names is null)
            {
                names = hasHeader ? fields : [.. Enumerable.Range(1, fields.Length).Select(DataText.Number)];
                if (names.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1) is { } twice)
                    throw new DataFormatException(file.Path, line, null, $"the column '{twice.Key}' is there twice; a file without a header needs to be read as one");
                if (hasHeader)
                    continue;
            }
            if (fields.Length != names.Length)
            {
                throw new DataFormatException(
                    file.Path, line, DataText.Number(Math.Min(fields.Length, names.Length) + 1), $"the line has {fields.Length} columns, the first one {names.Length}");
            }
            Dictionary<string, string[]> cells = new(names.Length, StringComparer.Ordinal);
            for (int i = 0; i < names.Length; i++)
                cells.Add(names[i], [fields[i]]);
            yield return new(file.Path, line, cells);
        }
    }

    /// <summary>Between tabs, quotation marks are as often meant as not. Where it makes a difference, the caller has to say.</summary>
    private static void RequireOneReading(DataText file, char separator)
    {
        if (!file.Text.Contains('"', StringComparison.Ordinal))
            return;
        using IEnumerator<(int Line, string[] Fields)> quoted = Split(file, separator, Quoting.Csv).GetEnumerator();
        foreach ((int line, string[] fields) in Split(file, separator, Quoting.None))
        {
            bool same;
            try
            {
                same = quoted.MoveNext() && quoted.Current.Line == line && quoted.Current.Fields.SequenceEqual(fields);
            }
            catch (DataFormatException)
            {
                same = false;
            }
            if (!same)
            {
                string column = DataText.Number(Array.FindIndex(fields, field => field.Contains('"', StringComparison.Ordinal)) + 1);
                throw new DataFormatException(
                    file.Path, line, column,
                    "this line reads differently with and without CSV's quotation marks: choose the quoting (none or csv)");
            }
        }
    }

    /// <summary>The lines that are not empty.</summary>
    private static IEnumerable<(int Line, string[] Fields)> Split(DataText file, char separator, Quoting quoting)
    {
        SepReaderOptions options = Sep.New(separator).Reader(o => o with
        {
            HasHeader = false,
            DisableColCountCheck = true,
            DisableQuotesParsing = quoting == Quoting.None,
        });
        using SepReader reader = options.FromText(file.Text);
        // The library's own number of the first line is not always 1.
        for (int line = 1, lines; MoveNext(reader, file, line); line += lines)
        {
            SepReader.Row row = reader.Current;
            lines = 1 + LineEnds(row.Span);
            if (row.Span.IsEmpty)
                continue;
            string[] fields = new string[row.ColCount];
            for (int i = 0; i < fields.Length; i++)
                fields[i] = quoting == Quoting.None ? row[i].Span.ToString() : Unquote(row[i].Span, separator, file, line, i + 1);
            yield return (line, fields);
        }
    }

    /// <summary>The next line, which the library bounds: a quotation mark that nothing closes would take in the whole file.</summary>
    private static bool MoveNext(SepReader reader, DataText file, int line)
    {
        try
        {
            return reader.MoveNext();
        }
        catch (Exception exception) when (exception is NotSupportedException or InvalidDataException or ArgumentException)
        {
            throw new DataFormatException(file.Path, line, null, $"the line, or a quoted field of it, is too long: {exception.Message}", exception);
        }
    }

    private static int LineEnds(ReadOnlySpan<char> text) => text.Count('\n') + text.Count('\r') - text.Count("\r\n");

    /// <summary>The text of a field, which either begins and ends with a quotation mark or has none that hides a separator.</summary>
    private static string Unquote(ReadOnlySpan<char> field, char separator, DataText file, int line, int column)
    {
        if (!field.Contains('"'))
            return field.ToString();
        if (field[0] != '"')
        {
            return field.IndexOfAny(separator, '\n', '\r') < 0
                ? field.ToString()
                : throw new DataFormatException(file.Path, line, DataText.Number(column), "a quotation mark inside a field that does not begin with one");
        }
        string inner = field.Length > 1 && field[^1] == '"' ? field[1..^1].ToString() : "\"";
        return inner.Replace("\"\"", "", StringComparison.Ordinal).Contains('"', StringComparison.Ordinal)
            ? throw new DataFormatException(file.Path, line, DataText.Number(column), "the quotation mark that begins this field is not closed at its end")
            : inner.Replace("\"\"", "\"", StringComparison.Ordinal);
    }
}
