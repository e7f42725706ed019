namespace AlbertNative.Tokenization.Unicode;

/// <summary>
/// What BERT's tokenizers do about a character, decided by categories: one set of answers for the fast one (Unicode 8.0,
/// with white space of 17.0) and one for the slow one (Python 3.11's Unicode 14.0). Lower case and decomposition are not
/// among them; they come from <c>LowerCase</c> and <c>Decomposition</c>.
/// </summary>
[Flags]
internal enum BertTraits : byte
{
    /// <summary>A part of a word that stays as it is.</summary>
    None = 0,

    /// <summary>Cleaning drops it: U+0000, U+FFFD, and controls, formats, private use (slow: also unassigned).</summary>
    Removed = 1 << 0,

    /// <summary>Cleaning makes it a space.</summary>
    Space = 1 << 1,

    /// <summary>It is a word of its own.</summary>
    Punctuation = 1 << 2,

    /// <summary>Words are split at it, and it is dropped.</summary>
    WhiteSpace = 1 << 3,

    /// <summary>An ideograph that spaces are put around.</summary>
    Chinese = 1 << 4,

    /// <summary>A non-spacing mark, which goes where accents are stripped.</summary>
    Accent = 1 << 5,
}
