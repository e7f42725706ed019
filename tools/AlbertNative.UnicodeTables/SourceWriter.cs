using System.Globalization;
using System.Text;

namespace AlbertNative.UnicodeTables;

/// <summary>
/// Writes tables as C#. Numbers become read-only spans of bytes, little-endian, which the compiler places in the assembly as
/// they are: nothing is decoded or allocated at start-up, also where the JIT does not optimise (spans of wider types would
/// go through a call there, each time).
/// </summary>
internal sealed class SourceWriter
{
    private const int LineLength = 118;
    private readonly StringBuilder _text = new();

    /// <summary>Appends one line as it stands.</summary>
    public void Line(string text = "") => _text.Append(text).Append('\n');

    /// <summary>Bytes as a property.</summary>
    public void Bytes(string name, string summary, IEnumerable<byte> values)
    {
        Summary(summary);
        Line($"    public static ReadOnlySpan<byte> {name} =>");
        Line("    [");
        Wrapped("", values.Select(value => value.ToString(CultureInfo.InvariantCulture) + ","), "");
        Line("    ];");
    }

    /// <summary>Numbers as bytes and a method that reads one by its index.</summary>
    /// <param name="name">The method's name; the bytes' is this and Data.</param>
    /// <param name="summary">What an element is.</param>
    /// <param name="type">byte, ushort, uint, int or ulong.</param>
    /// <param name="values">The numbers.</param>
    public void Numbers(string name, string summary, string type, long[] values)
    {
        int size = type switch { "byte" => 1, "ushort" => 2, "uint" or "int" => 4, "ulong" => 8, _ => throw new ArgumentException(type) };
        Bytes(name + "Data", summary, values.SelectMany(value => BitConverter.GetBytes(value)[..size]));
        Summary(summary);
        if (size == 1)
            Line($"    public static byte {name}(int index) => {name}Data[index];");
        else
        {
            string method = type switch { "ushort" => "ReadUInt16", "uint" => "ReadUInt32", "int" => "ReadInt32", _ => "ReadUInt64" };
            Line($"    public static {type} {name}(int index) =>");
            Line($"        BinaryPrimitives.{method}LittleEndian({name}Data[(index * {size})..]);");
        }
        Line();
        Line($"    /// <summary>How many elements <see cref=\"{name}\"/> has.</summary>");
        Line($"    public const int {name}Count = {values.Length};");
    }

    /// <summary>The two arrays of a table and the look-up over them.</summary>
    public void Table(string name, string summary, TwoStageTable table)
    {
        Numbers(name + "Block", $"Block of each {1 << table.Shift} code points.", table.BlockType, Array.ConvertAll(table.Blocks, b => (long)b));
        Numbers(name + "Value", summary, table.ValueType, Array.ConvertAll(table.Values, v => (long)v));
        Summary(summary);
        Line($"    public static {table.ValueType} {name}(int codePoint) =>");
        Line($"        {name}Value(({name}Block(codePoint >> {table.Shift}) << {table.Shift}) | (codePoint & {(1 << table.Shift) - 1}));");
    }

    /// <summary>UTF-16 as a string constant.</summary>
    public void Text(string name, string summary, string value)
    {
        Summary(summary);
        Line($"    public const string {name} =");
        Wrapped("        \"", value.Select(Escaped), "\" +");
        _text.Length -= " +\n".Length;
        Line(";");
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();

    private static string Escaped(char unit) => unit is >= ' ' and < '\x7F' and not '"' and not '\\'
        ? unit.ToString()
        : string.Create(CultureInfo.InvariantCulture, $"\\u{(int)unit:X4}");

    private void Summary(string summary)
    {
        Line();
        Line($"    /// <summary>{summary}</summary>");
    }

    /// <summary>As many items a line as fit, each line between a prefix and a suffix.</summary>
    private void Wrapped(string prefix, IEnumerable<string> items, string suffix)
    {
        int column = 0;
        foreach (string item in items)
        {
            if (column + item.Length > LineLength)
            {
                Line(suffix);
                column = 0;
            }
            if (column == 0)
                _text.Append(prefix);
            _text.Append(item);
            column += item.Length;
        }
        Line(suffix);
    }
}
