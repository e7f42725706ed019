namespace AlbertNative.Tokenization.Unicode;

/// <summary>
/// The characters that became or ceased to be marks (General_Category M*) between Unicode 9.0, which the Rust tokenizers
/// strip accents by, and these tables. Found by comparing the two versions' lists of marks.
/// </summary>
internal static class MarkHistory
{
    private const UnicodeVersion ArdhavisargaBecameLetter = (UnicodeVersion)120;
    private const UnicodeVersion SandhiMarkBecameMark = (UnicodeVersion)110;

    /// <summary>Whether a character that is no mark in the tables was one: the two Vedic signs ardhavisarga.</summary>
    public static bool WasMark(int codePoint) => codePoint is 0x1CF2 or 0x1CF3;

    /// <summary>Whether a character with the trait <see cref="CharacterTraits.Mark"/> is a mark in <paramref name="version"/>.</summary>
    public static bool IsMark(int codePoint, UnicodeVersion version) => codePoint switch
    {
        0x1CF2 or 0x1CF3 => version < ArdhavisargaBecameLetter,
        0x111C9 => version >= SandhiMarkBecameMark,
        _ => true,
    };
}
