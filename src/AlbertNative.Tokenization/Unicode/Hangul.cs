namespace AlbertNative.Tokenization.Unicode;

/// <summary>Hangul syllables, which decompose and compose by arithmetic (the Standard, section 3.12).</summary>
internal static class Hangul
{
    private const int SyllableBase = 0xAC00, SyllableCount = LeadingCount * VowelCount * TrailingCount;
    private const int LeadingBase = 0x1100, LeadingCount = 19;
    private const int VowelBase = 0x1161, VowelCount = 21;

    // One below the first trailing consonant: index 0 stands for none.
    private const int TrailingBase = 0x11A7, TrailingCount = 28;

    /// <summary>Whether the code point is a precomposed syllable.</summary>
    public static bool IsSyllable(int codePoint) => (uint)(codePoint - SyllableBase) < SyllableCount;

    /// <summary>Writes the two or three letters of a syllable and returns how many there are.</summary>
    public static int Decompose(int syllable, Span<char> destination)
    {
        int index = syllable - SyllableBase;
        destination[0] = (char)(LeadingBase + (index / (VowelCount * TrailingCount)));
        destination[1] = (char)(VowelBase + (index % (VowelCount * TrailingCount) / TrailingCount));
        int trailing = index % TrailingCount;
        if (trailing == 0)
            return 2;
        destination[2] = (char)(TrailingBase + trailing);
        return 3;
    }

    /// <summary>The syllable of leading consonant and vowel, or of a syllable without trailing consonant and one; else -1.</summary>
    public static int Compose(int first, int second)
    {
        uint leading = (uint)(first - LeadingBase), vowel = (uint)(second - VowelBase);
        if (leading < LeadingCount && vowel < VowelCount)
            return SyllableBase + (int)(((leading * VowelCount) + vowel) * TrailingCount);
        int syllable = first - SyllableBase, trailing = second - TrailingBase;
        bool joins = (uint)syllable < SyllableCount && syllable % TrailingCount == 0
            && trailing is > 0 and < TrailingCount;
        return joins ? first + trailing : -1;
    }
}
