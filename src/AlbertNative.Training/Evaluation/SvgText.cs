using System.Globalization;
using System.Text;

namespace AlbertNative.Training;

/// <summary>What pictures are written with: lines of SVG with numbers as every reader takes them, and harmless text.</summary>
internal static class SvgText
{
    /// <summary>Text of a label as XML allows it: markup escaped, what no XML may hold replaced.</summary>
    public static string Escape(string text)
    {
        StringBuilder escaped = new(text.Length);
        Span<char> utf16 = stackalloc char[2];
        foreach (Rune rune in text.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '&' => escaped.Append("&amp;"),
                '<' => escaped.Append("&lt;"),
                '>' => escaped.Append("&gt;"),
                < 0x20 or 0xFFFE or 0xFFFF => escaped.Append('\uFFFD'),
                _ => escaped.Append(utf16[..rune.EncodeToUtf16(utf16)]),
            };
        }
        return escaped.ToString();
    }

    /// <summary>Appends a line.</summary>
    public static void Line(StringBuilder svg, FormattableString line) => svg.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
