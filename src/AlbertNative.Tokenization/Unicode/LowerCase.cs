namespace AlbertNative.Tokenization.Unicode;

/// <summary>Full lower-casing (the Standard, section 3.13), untailored: no language, no culture.</summary>
internal static class LowerCase
{
    /// <summary>The most code points that one maps to.</summary>
    public const int MaximumLength = 3;

    private const int CapitalSigma = 0x3A3;
    private const int SmallFinalSigma = 0x3C2;

    /// <summary>
    /// Writes the full lower case of one code point without regard to what is around it, as Rust's
    /// <c>char::to_lowercase</c>; returns how many code points it has: 1, save for U+0130 (2).
    /// </summary>
    /// <param name="codePoint">0 to 0x10FFFF.</param>
    /// <param name="destination">At least <see cref="MaximumLength"/> code points.</param>
    /// <param name="version">A later character stays as it is.</param>
    public static int Map(int codePoint, Span<int> destination, UnicodeVersion version = UnicodeVersion.Latest)
    {
        destination[0] = codePoint;
        if ((UnicodeData.Traits(codePoint, version) & CharacterTraits.LowerCase) == 0)
            return 1;
        int distance = UnicodeTables.LowerCaseDistance(UnicodeTables.LowerCaseIndex(codePoint));
        if (distance < UnicodeTables.LowerCaseSequenceMark)
        {
            destination[0] = codePoint + distance;
            return 1;
        }
        int sequence = distance - UnicodeTables.LowerCaseSequenceMark, count = UnicodeTables.LowerCaseSequence(sequence);
        for (int i = 0; i < count; i++)
            destination[i] = UnicodeTables.LowerCaseSequence(sequence + 1 + i);
        return count;
    }

    /// <summary>
    /// As <see cref="Map"/> for the code point at <paramref name="index"/> of <paramref name="text"/>, with the one rule
    /// that looks around, as Python's <c>str.lower()</c>: a capital sigma at the end of a word becomes U+03C2.
    /// </summary>
    /// <param name="text">The whole text: what is outside it is no letter.</param>
    /// <param name="index">Where the code point starts.</param>
    /// <param name="length">How many chars of <paramref name="text"/> it takes.</param>
    /// <param name="destination">At least <see cref="MaximumLength"/> code points.</param>
    /// <param name="version">A later character stays as it is.</param>
    public static int MapInContext(
        ReadOnlySpan<char> text, int index, out int length, Span<int> destination,
        UnicodeVersion version = UnicodeVersion.Latest)
    {
        int codePoint = CodePoints.Read(text, index, out length);
        if (codePoint != CapitalSigma || !IsFinal(text, index, version))
            return Map(codePoint, destination, version);
        destination[0] = SmallFinalSigma;
        return 1;
    }

    /// <summary>
    /// Final_Sigma (the Standard, table 3-17) for the BMP character at <paramref name="index"/>: a cased letter before it,
    /// none after it, case-ignorable characters passed over on both sides.
    /// </summary>
    public static bool IsFinal(ReadOnlySpan<char> text, int index, UnicodeVersion version = UnicodeVersion.Latest)
    {
        int codePoint = 0, length;
        bool found = false;
        for (int i = index; i > 0 && !found; i -= length)
        {
            codePoint = CodePoints.ReadBefore(text, i, out length);
            found = !UnicodeData.IsCaseIgnorable(codePoint, version);
        }
        if (!found || !UnicodeData.IsCased(codePoint, version))
            return false;
        found = false;
        for (int i = index + 1; i < text.Length && !found; i += length)
        {
            codePoint = CodePoints.Read(text, i, out length);
            found = !UnicodeData.IsCaseIgnorable(codePoint, version);
        }
        return !found || !UnicodeData.IsCased(codePoint, version);
    }

    /// <summary>Final_Sigma over code points instead of UTF-16.</summary>
    public static bool IsFinal(ReadOnlySpan<int> codePoints, int index, UnicodeVersion version = UnicodeVersion.Latest)
    {
        int before = index - 1, after = index + 1;
        while (before >= 0 && UnicodeData.IsCaseIgnorable(codePoints[before], version))
            before--;
        if (before < 0 || !UnicodeData.IsCased(codePoints[before], version))
            return false;
        while (after < codePoints.Length && UnicodeData.IsCaseIgnorable(codePoints[after], version))
            after++;
        return after == codePoints.Length || !UnicodeData.IsCased(codePoints[after], version);
    }
}
