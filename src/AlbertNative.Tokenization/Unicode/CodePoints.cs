using System.Runtime.CompilerServices;

namespace AlbertNative.Tokenization.Unicode;

/// <summary>Reading code points out of UTF-16; a surrogate without its other half reads as U+FFFD.</summary>
internal static class CodePoints
{
    /// <summary>The code point that starts at <paramref name="index"/> and how many chars it takes (1 or 2).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Read(ReadOnlySpan<char> text, int index, out int length)
    {
        char first = text[index];
        length = 1;
        return char.IsSurrogate(first) ? ReadSurrogate(text, index, out length) : first;
    }

    /// <summary>The code point that ends before <paramref name="index"/> and how many chars it takes (1 or 2).</summary>
    public static int ReadBefore(ReadOnlySpan<char> text, int index, out int length)
    {
        char last = text[index - 1];
        length = 1;
        if (!char.IsSurrogate(last))
            return last;
        if (!char.IsLowSurrogate(last) || index < 2 || !char.IsHighSurrogate(text[index - 2]))
            return UnicodeData.ReplacementCharacter;
        length = 2;
        return char.ConvertToUtf32(text[index - 2], last);
    }

    /// <summary>Writes a scalar value as UTF-16 and returns how many chars it took.</summary>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    public static int Write(int codePoint, Span<char> destination) => new System.Text.Rune(codePoint).EncodeToUtf16(destination);

    private static int ReadSurrogate(ReadOnlySpan<char> text, int index, out int length)
    {
        length = 1;
        if (!char.IsHighSurrogate(text[index]) || index + 1 == text.Length || !char.IsLowSurrogate(text[index + 1]))
            return UnicodeData.ReplacementCharacter;
        length = 2;
        return char.ConvertToUtf32(text[index], text[index + 1]);
    }
}
