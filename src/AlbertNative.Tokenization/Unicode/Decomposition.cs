namespace AlbertNative.Tokenization.Unicode;

/// <summary>Decomposition of single code points (UAX #15; the Standard, definitions D65 and D68).</summary>
internal static class Decomposition
{
    /// <summary>The most UTF-16 chars that one code point decomposes into (U+FDFA).</summary>
    public const int MaximumLength = 18;

    /// <summary>
    /// The full decomposition of <paramref name="codePoint"/> as UTF-16, empty where it is the code point itself.
    /// The result lies in static data, or in <paramref name="scratch"/> for a Hangul syllable.
    /// </summary>
    /// <param name="codePoint">0 to 0x10FFFF.</param>
    /// <param name="compatibility">NFKD's mapping instead of NFD's.</param>
    /// <param name="scratch">At least 3 chars.</param>
    /// <param name="version">A later character has no decomposition.</param>
    public static ReadOnlySpan<char> Of(
        int codePoint, bool compatibility, Span<char> scratch, UnicodeVersion version = UnicodeVersion.Latest)
    {
        CharacterTraits wanted = compatibility ? CharacterTraits.Decomposition : CharacterTraits.CanonicalDecomposition;
        if ((UnicodeData.Traits(codePoint, version) & wanted) == 0)
            return [];
        if (Hangul.IsSyllable(codePoint))
            return scratch[..Hangul.Decompose(codePoint, scratch)];
        int offset = UnicodeTables.DecompositionOffset(codePoint);
        ReadOnlySpan<char> pool = UnicodeTables.Decompositions;
        int canonical = pool[offset] & 0xFF, distinct = pool[offset] >> 8;
        return compatibility && distinct != 0
            ? pool.Slice(offset + 1 + canonical, distinct)
            : pool.Slice(offset + 1, canonical);
    }
}
