using AlbertNative.Tokenization.Unicode;

namespace AlbertNative.Tokenization.Fast.Normalizers;

/// <summary>Full lower case character by character, without the rule for a final sigma: Rust's <c>char::to_lowercase</c>.</summary>
internal sealed class LowercaseNormalizer : Normalizer
{
    public override bool IsCharacterwise => true;

    public override string ToString() => "Lowercase";

    public override void Apply(AlignedText text)
    {
        ReadOnlySpan<char> chars = text.Chars;
        int at = NextUpper(chars, 0, out int length);
        if (at == chars.Length)
            return;
        Span<int> lower = stackalloc int[LowerCase.MaximumLength];
        text.Begin();
        for (; at < chars.Length; at = NextUpper(chars, at + length, out length))
        {
            text.CopyTo(at);
            int count = Map(CodePoints.Read(chars, at, out _), lower);
            for (int i = 0; i < count; i++)
                text.Put(lower[i], i == 0 ? 0 : 1);
        }
        text.CommitWithRest();
    }

    /// <summary>Whether a character's lower case is not itself.</summary>
    public static bool Changes(int codePoint) =>
        (UnicodeData.Traits(codePoint) & CharacterTraits.LowerCase) != 0 || LaterLower(codePoint) != codePoint;

    private static int NextUpper(ReadOnlySpan<char> chars, int from, out int length)
    {
        length = 0;
        for (int i = from; i < chars.Length; i += length)
        {
            if (char.IsAscii(chars[i]))
            {
                length = 1;
                if (char.IsAsciiLetterUpper(chars[i]))
                    return i;
                continue;
            }
            int codePoint = CodePoints.Read(chars, i, out length);
            if (Changes(codePoint))
                return i;
        }
        return chars.Length;
    }

    /// <summary>Writes a character's lower case, at most <see cref="LowerCase.MaximumLength"/> code points; returns how many.</summary>
    public static int Map(int codePoint, Span<int> destination)
    {
        int later = LaterLower(codePoint);
        if (later == codePoint)
            return LowerCase.Map(codePoint, destination);
        destination[0] = later;
        return 1;
    }

    /// <summary>
    /// Rust's standard library follows the Unicode Standard faster than our tables: the pairs of 16.0 and 17.0.
    /// </summary>
    private static int LaterLower(int codePoint) => codePoint < 0x1C89 ? codePoint : codePoint switch
    {
        0x1C89 or 0xA7CC or 0xA7CE or 0xA7D2 or 0xA7D4 or 0xA7DA => codePoint + 1,
        0xA7CB => 0x264,
        0xA7DC => 0x19B,
        >= 0x10D50 and <= 0x10D65 => codePoint + 0x20,
        >= 0x16EA0 and <= 0x16EB8 => codePoint + 0x1B,
        _ => codePoint,
    };
}
