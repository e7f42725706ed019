namespace AlbertNative.Tokenization.Unicode;

/// <summary>Composition of pairs of code points: the inverse of canonical decomposition, less the exclusions (UAX #15).</summary>
internal static class Composition
{
    /// <summary>The primary composite of <paramref name="first"/> and <paramref name="second"/>, or -1.</summary>
    /// <param name="first">A starter.</param>
    /// <param name="second">What follows it.</param>
    /// <param name="version">A composite that came later is none.</param>
    public static int Of(int first, int second, UnicodeVersion version = UnicodeVersion.Latest)
    {
        int syllable = Hangul.Compose(first, second);
        if (syllable >= 0)
            return syllable;
        ulong pair = ((ulong)(uint)first << 21) | (uint)second;
        int low = 0, high = UnicodeTables.CompositionPairCount;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (UnicodeTables.CompositionPair(middle) < pair)
                low = middle + 1;
            else
                high = middle;
        }
        if (low == UnicodeTables.CompositionPairCount || UnicodeTables.CompositionPair(low) != pair)
            return -1;
        int composite = UnicodeTables.Composite(low);
        return UnicodeData.IsAssignedBy(composite, version) ? composite : -1;
    }

    /// <summary>
    /// The Canonical Composition Algorithm (the Standard, definition D117), in place, on what is in canonical order.
    /// </summary>
    /// <returns>How many code points are left, at the start of <paramref name="run"/>.</returns>
    public static int Compose(Span<AlignedCodePoint> run, UnicodeVersion version = UnicodeVersion.Latest)
    {
        // The class of the last mark kept since the starter, -1 where there is none: a mark of the same or a lower class
        // is cut off from the starter by it.
        const int Adjacent = -1;
        int count = 0, starter = -1, lastClass = Adjacent;
        foreach (AlignedCodePoint item in run)
        {
            if (starter >= 0 && (lastClass == Adjacent || lastClass < item.CombiningClass))
            {
                ref AlignedCodePoint first = ref run[starter];
                int composite = CanBeSecond(item.CodePoint, version) ? Of(first.CodePoint, item.CodePoint, version) : -1;
                if (composite >= 0)
                {
                    first = new(
                        composite, first.Start, Math.Max(first.End, item.End),
                        (short)(first.Change + item.Change - 1), CombiningClass: 0);
                    continue;
                }
            }
            if (item.CombiningClass == 0)
                (starter, lastClass) = (count, Adjacent);
            else
                lastClass = item.CombiningClass;
            run[count++] = item;
        }
        return count;
    }

    // Whatever ends a composite has NFC_Quick_Check=Maybe, which spares nearly every search.
    private static bool CanBeSecond(int codePoint, UnicodeVersion version) =>
        (UnicodeData.Traits(codePoint, version) & CharacterTraits.NfcUnstable) != 0;
}
