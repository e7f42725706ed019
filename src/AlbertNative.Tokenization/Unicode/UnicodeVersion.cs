namespace AlbertNative.Tokenization.Unicode;

/// <summary>
/// A version of the Unicode Standard to see characters from: one that came later is unassigned there, so it has no
/// decomposition, combining class or lower case. The values are ten times the version number, as in the Age table.
/// What the Standard says of a character that is already assigned is taken from the tables' own version: decomposition
/// and combining classes never change (the stability policy), the rest hardly does.
/// </summary>
internal enum UnicodeVersion : byte
{
    /// <summary>9.0: the tables of the normalization library inside Hugging Face's Rust tokenizers.</summary>
    V9 = 90,

    /// <summary>14.0: Python 3.11.</summary>
    V14 = 140,

    /// <summary>15.0: the tables themselves.</summary>
    V15 = 150,

    /// <summary>The tables as they are.</summary>
    Latest = V15,
}
