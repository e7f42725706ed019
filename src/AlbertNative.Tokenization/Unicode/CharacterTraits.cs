namespace AlbertNative.Tokenization.Unicode;

/// <summary>
/// What one look-up says about a code point, so that text which no step would change (nearly all of it) is passed over
/// with one test. A code point without traits is a starter that every normalization form and lower-casing leave
/// alone, is not a mark, and is a grapheme cluster of its own among its like.
/// </summary>
[Flags]
internal enum CharacterTraits : byte
{
    /// <summary>Nothing to do in any step.</summary>
    None = 0,

    /// <summary>NFD changes it.</summary>
    CanonicalDecomposition = 1 << 0,

    /// <summary>NFKD changes it; set wherever <see cref="CanonicalDecomposition"/> is.</summary>
    Decomposition = 1 << 1,

    /// <summary>
    /// Its combining class, or that of the first code point of its NFKD, is not 0: it may move, or let something
    /// before it move, in canonical order.
    /// </summary>
    Reordering = 1 << 2,

    /// <summary>Full lower-casing changes it.</summary>
    LowerCase = 1 << 3,

    /// <summary>
    /// General_Category is Mn, Mc or Me, or was in Unicode 9.0; <c>UnicodeData.IsMark</c> knows which.
    /// </summary>
    Mark = 1 << 4,

    /// <summary>NFC_Quick_Check is not Yes: NFC changes it, or may join it to what is before it.</summary>
    NfcUnstable = 1 << 5,

    /// <summary>NFKC_Quick_Check is not Yes.</summary>
    NfkcUnstable = 1 << 6,

    /// <summary>Grapheme break is not <see cref="GraphemeBreak.Other"/>.</summary>
    Grapheme = 1 << 7,
}
