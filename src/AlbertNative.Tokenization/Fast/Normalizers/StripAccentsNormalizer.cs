using System.Buffers;
using AlbertNative.Tokenization.Unicode;

namespace AlbertNative.Tokenization.Fast.Normalizers;

/// <summary>Drops every character of General_Category Mark, as of Unicode 9.0.</summary>
internal sealed class StripAccentsNormalizer : Normalizer
{
    private static readonly SearchValues<char> BeforeMarks = CharRanges.Between('\0', '\u02FF');

    public override bool IsCharacterwise => true;

    public override string ToString() => "StripAccents";

    public override void Apply(AlignedText text)
    {
        ReadOnlySpan<char> chars = text.Chars;
        int at = NextMark(chars, 0, out int length);
        if (at == chars.Length)
            return;
        text.Begin();
        for (; at < chars.Length; at = NextMark(chars, at + length, out length))
        {
            text.CopyTo(at);
            text.SkipTo(at + length);
        }
        text.CommitWithRest();
    }

    private static int NextMark(ReadOnlySpan<char> chars, int from, out int length)
    {
        length = 0;
        for (int i = from; i < chars.Length; i += length)
        {
            int skipped = chars[i..].IndexOfAnyExcept(BeforeMarks);
            if (skipped < 0)
                break;
            i += skipped;
            if (IsMark(CodePoints.Read(chars, i, out length)))
                return i;
        }
        return chars.Length;
    }

    // Three characters have changed sides since Unicode 9: two Vedic signs were marks, a Sharada one was none yet.
    private static bool IsMark(int codePoint) => codePoint switch
    {
        0x1CF2 or 0x1CF3 => true,
        0x111C9 => false,
        _ => UnicodeData.IsMark(codePoint, UnicodeVersion.V9),
    };
}
