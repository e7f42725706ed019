using System.Globalization;
using System.Text;

namespace AlbertNative.UnicodeTables;

/// <summary>
/// Writes tables as C#: read-only spans over constant data, which the compiler places in the assembly as it is, so that
/// nothing is decoded or allocated at start-up.
/// </summary>
internal sealed class SourceWriter
{
    private const int LineLength = 118;
    private readonly StringBuilder _text = new();

    /// <summary>Appends one line as it stands.</summary>
    public void Line(string text = "") => _text.Append(text).Append('\n');

    /// <summary>A property of the narrowest unsigned type that holds <paramref name="values"/>.</summary>
    public void Array(string name, string summary, int[] values) =>
        Array(name, summary, TwoStageTable.ElementSize(values) switch { 1 => "byte", 2 => "ushort", _ => "uint" }, values);

    /// <summary>A property of a named element type.</summary>
    public void Array<T>(string name, string summary, string type, T[] values)
        where T : IFormattable
    {
        Line();
        Line($"    /// <summary>{summary}</summary>");
        Line($"    public static ReadOnlySpan<{type}> {name} =>");
        Line("    [");
        int column = 0;
        foreach (T value in values)
        {
            string number = value.ToString(null, CultureInfo.InvariantCulture) + ",";
            if (column > 0 && column + number.Length > LineLength)
            {
                _text.Append('\n');
                column = 0;
            }
            _text.Append(number);
            column += number.Length;
        }
        Line();
        Line("    ];");
    }

    /// <summary>The two arrays of a table and the look-up over them.</summary>
    public void Table(string name, string summary, TwoStageTable table)
    {
        Array($"{name}Blocks", $"Block of each {1 << table.Shift} code points in <see cref=\"{name}Values\"/>.", table.Blocks);
        Array($"{name}Values", summary, table.Values);
        string type = TwoStageTable.ElementSize(table.Values) switch { 1 => "byte", 2 => "ushort", _ => "uint" };
        Line();
        Line($"    /// <summary>{summary}</summary>");
        Line($"    public static {type} {name}(int codePoint) =>");
        Line($"        {name}Values[({name}Blocks[codePoint >> {table.Shift}] << {table.Shift}) | (codePoint & {(1 << table.Shift) - 1})];");
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();
}
