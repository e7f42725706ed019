namespace AlbertNative.Tokenization.Unicode;

/// <summary>
/// Grapheme_Cluster_Break (UAX #29, table 2), with Extended_Pictographic (UTS #51), which no other value overlaps,
/// as one more. The numbers are those of the generated tables.
/// </summary>
internal enum GraphemeBreak : byte
{
    /// <summary>Anything else: starts a cluster and extends none.</summary>
    Other,

    /// <summary>Carriage return.</summary>
    CR,

    /// <summary>Line feed.</summary>
    LF,

    /// <summary>A control: breaks on both sides.</summary>
    Control,

    /// <summary>A mark that joins what is before it.</summary>
    Extend,

    /// <summary>Zero width joiner, U+200D.</summary>
    ZWJ,

    /// <summary>Half of a flag.</summary>
    Regional_Indicator,

    /// <summary>Joins what is after it.</summary>
    Prepend,

    /// <summary>A spacing mark that joins what is before it.</summary>
    SpacingMark,

    /// <summary>Hangul leading consonant.</summary>
    L,

    /// <summary>Hangul vowel.</summary>
    V,

    /// <summary>Hangul trailing consonant.</summary>
    T,

    /// <summary>Hangul syllable without a trailing consonant.</summary>
    LV,

    /// <summary>Hangul syllable with a trailing consonant.</summary>
    LVT,

    /// <summary>Extended_Pictographic: emoji and what may become one.</summary>
    ExtendedPictographic,
}
