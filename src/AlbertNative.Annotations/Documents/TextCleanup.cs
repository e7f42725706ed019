using System.Text;
using AlbertNative.Annotations.Java;

namespace AlbertNative.Annotations;

/// <summary>The cleanup modes of a document assembler. One pass over the text.</summary>
internal static class TextCleanup
{
    public static string Apply(CleanupMode mode, string text)
    {
        if (mode == CleanupMode.Disabled)
            return text;
        ReadOnlySpan<char> rest = text;
        if (mode is CleanupMode.Shrink or CleanupMode.ShrinkFull or CleanupMode.DeleteFull)
        {
            (int start, int end) = JavaText.TrimRange(text);
            rest = rest[start..end];
        }
        StringBuilder cleaned = new(rest.Length);
        while (!rest.IsEmpty)
        {
            int replaced = Replaced(mode, rest);
            if (replaced > 0)
            {
                if (mode != CleanupMode.DeleteFull)
                    cleaned.Append(' ');
                rest = rest[replaced..];
                continue;
            }
            // A run of written \r that nothing follows is looked at once, not from each of its places.
            int kept = mode == CleanupMode.ShrinkFull ? Math.Max(1, Written('r', rest, int.MaxValue)) : 1;
            cleaned.Append(rest[..kept]);
            rest = rest[kept..];
        }
        return cleaned.ToString();
    }

    /// <summary>The number of characters at the start that are replaced together; 0 for none.</summary>
    private static int Replaced(CleanupMode mode, ReadOnlySpan<char> text) => mode switch
    {
        CleanupMode.Inplace => WhiteSpace(text, 1),
        CleanupMode.InplaceFull => FirstOf(WhiteSpace(text, 1), WrittenLineEnd(text, 1), Written('t', text, 1)),
        CleanupMode.Shrink => WhiteSpace(text, int.MaxValue),
        CleanupMode.ShrinkFull => FirstOf(
            WhiteSpace(text, int.MaxValue), WrittenLineEnd(text, int.MaxValue), Written('t', text, int.MaxValue)),
        CleanupMode.Each => Each(text, written: false),
        CleanupMode.EachFull => Each(text, written: true),
        CleanupMode.DeleteFull => FirstOf(WrittenLineEnd(text, 1), Written('t', text, 1)),
        _ => 0,
    };

    private static int FirstOf(params ReadOnlySpan<int> lengths)
    {
        foreach (int length in lengths)
        {
            if (length > 0)
                return length;
        }
        return 0;
    }

    private static int Each(ReadOnlySpan<char> text, bool written)
    {
        if (WhiteSpace(text, 1) == 0 || text.Length < 2)
            return 0;
        ReadOnlySpan<char> second = text[1..];
        if (second[0] is '\n' or '\t')
            return 2;
        int length = written ? FirstOf(WrittenLineEnd(second, 1), Written('t', second, 1)) : 0;
        return length > 0 ? 1 + length : 0;
    }

    private static int WhiteSpace(ReadOnlySpan<char> text, int most)
    {
        int length = 0;
        while (length < text.Length && length < most && JavaText.IsWhiteSpace(text[length]))
            length++;
        return length;
    }

    /// <summary>Up to so many <c>\n</c>, behind up to so many <c>\r</c>.</summary>
    private static int WrittenLineEnd(ReadOnlySpan<char> text, int most)
    {
        int returns = Written('r', text, most);
        int feeds = Written('n', text[returns..], most);
        return feeds > 0 ? returns + feeds : 0;
    }

    private static int Written(char letter, ReadOnlySpan<char> text, int most)
    {
        int count = 0;
        while (count < most && (2 * count) + 1 < text.Length && text[2 * count] == '\\' && text[(2 * count) + 1] == letter)
            count++;
        return 2 * count;
    }
}
