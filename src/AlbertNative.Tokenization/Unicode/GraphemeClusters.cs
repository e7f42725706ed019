namespace AlbertNative.Tokenization.Unicode;

/// <summary>Extended grapheme clusters (UAX #29, section 3.1).</summary>
internal static class GraphemeClusters
{
    /// <summary>
    /// The end of the cluster that starts at <paramref name="start"/>, which must be a boundary (such as 0 or the end of
    /// the cluster before) below the length. A lone surrogate counts as U+FFFD.
    /// </summary>
    public static int NextBoundary(ReadOnlySpan<char> text, int start)
    {
        int codePoint = CodePoints.Read(text, start, out int length);
        int end = start + length;
        if (end == text.Length)
            return end;
        // Nearly always: two characters that neither join nor extend anything.
        CharacterTraits both = UnicodeData.Traits(codePoint) | UnicodeData.Traits(CodePoints.Read(text, end, out _));
        return (both & CharacterTraits.Grapheme) == 0 ? end : Extend(text, end, BreakOf(codePoint));
    }

    private static int Extend(ReadOnlySpan<char> text, int end, GraphemeBreak before)
    {
        bool isOddIndicator = before == GraphemeBreak.Regional_Indicator;
        bool isPictographicRun = before == GraphemeBreak.ExtendedPictographic;
        while (end < text.Length)
        {
            GraphemeBreak after = BreakOf(CodePoints.Read(text, end, out int length));
            if (!Joins(before, after, isOddIndicator, isPictographicRun))
                break;
            isOddIndicator = after == GraphemeBreak.Regional_Indicator && !isOddIndicator;
            isPictographicRun = after == GraphemeBreak.ExtendedPictographic
                || (isPictographicRun && before != GraphemeBreak.ZWJ && after is GraphemeBreak.Extend or GraphemeBreak.ZWJ);
            before = after;
            end += length;
        }
        return end;
    }

    private static GraphemeBreak BreakOf(int codePoint) =>
        (UnicodeData.Traits(codePoint) & CharacterTraits.Grapheme) == 0
            ? GraphemeBreak.Other
            : UnicodeData.GraphemeBreak(codePoint);

    /// <summary>Rules GB3 to GB999 between two neighbours.</summary>
    /// <param name="before">The one on the left.</param>
    /// <param name="after">The one on the right.</param>
    /// <param name="isOddIndicator">The left one is the first of a pair of regional indicators.</param>
    /// <param name="isPictographicRun">The left one ends a pictograph followed by any number of Extend and a ZWJ.</param>
    private static bool Joins(GraphemeBreak before, GraphemeBreak after, bool isOddIndicator, bool isPictographicRun) =>
        (before, after) switch
        {
            (GraphemeBreak.Other, GraphemeBreak.Other) => false,
            (GraphemeBreak.CR, GraphemeBreak.LF) => true,
            (GraphemeBreak.CR or GraphemeBreak.LF or GraphemeBreak.Control, _) => false,
            (_, GraphemeBreak.CR or GraphemeBreak.LF or GraphemeBreak.Control) => false,
            (GraphemeBreak.L, GraphemeBreak.L or GraphemeBreak.V or GraphemeBreak.LV or GraphemeBreak.LVT) => true,
            (GraphemeBreak.LV or GraphemeBreak.V, GraphemeBreak.V or GraphemeBreak.T) => true,
            (GraphemeBreak.LVT or GraphemeBreak.T, GraphemeBreak.T) => true,
            (_, GraphemeBreak.Extend or GraphemeBreak.ZWJ or GraphemeBreak.SpacingMark) => true,
            (GraphemeBreak.Prepend, _) => true,
            (GraphemeBreak.ZWJ, GraphemeBreak.ExtendedPictographic) => isPictographicRun,
            (GraphemeBreak.Regional_Indicator, GraphemeBreak.Regional_Indicator) => isOddIndicator,
            _ => false,
        };
}
