using System.Text;

namespace AlbertNative.Server.Requests;

/// <summary>What offsets into a text count.</summary>
internal enum TextUnit
{
    Utf16,
    CodePoint,
    Utf8,
}

/// <summary>
/// Offsets of one text in another unit than UTF-16. It remembers where it was and goes on from there in either direction, so
/// that spans in their order take one pass over the text.
/// </summary>
/// <param name="text">The text.</param>
/// <param name="unit">What is counted.</param>
internal sealed class TextUnits(string text, TextUnit unit)
{
    private int _at;
    private int _count;

    /// <summary>The number of code points of a text.</summary>
    public static long CodePoints(string text)
    {
        long count = text.Length;
        for (int i = 1; i < text.Length; i++)
        {
            if (char.IsSurrogatePair(text[i - 1], text[i]))
                count--;
        }
        return count;
    }

    /// <summary>The offset of a UTF-16 index; inside of a surrogate pair, that of its start.</summary>
    public int this[int index]
    {
        get
        {
            if (unit == TextUnit.Utf16)
                return index;
            if (index > 0 && index < text.Length && char.IsSurrogatePair(text[index - 1], text[index]))
                index--;
            while (_at < index)
            {
                Rune.DecodeFromUtf16(text.AsSpan(_at), out Rune rune, out int length);
                _at += length;
                _count += SizeOf(rune);
            }
            while (_at > index)
            {
                Rune.DecodeLastFromUtf16(text.AsSpan(0, _at), out Rune rune, out int length);
                _at -= length;
                _count -= SizeOf(rune);
            }
            return _count;
        }
    }

    private int SizeOf(Rune rune) => unit == TextUnit.Utf8 ? rune.Utf8SequenceLength : 1;
}
