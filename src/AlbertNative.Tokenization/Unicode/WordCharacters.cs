namespace AlbertNative.Tokenization.Unicode;

/// <summary>Classes of characters as the libraries inside Hugging Face's Rust tokenizers see them, newer than our tables.</summary>
internal static class WordCharacters
{
    /// <summary>
    /// <c>\w</c> of UTS #18, annex C, by Unicode 16.0: alphabetic, marks, decimal numbers, connector punctuation, join
    /// controls. What is alphabetic beyond letters, letter numbers and marks are the circled and squared letters.
    /// </summary>
    public static bool Contains(int codePoint) => UnicodeData.Category(codePoint) switch
    {
        GeneralCategory.Lu or GeneralCategory.Ll or GeneralCategory.Lt or GeneralCategory.Lm or GeneralCategory.Lo
            or GeneralCategory.Nl or GeneralCategory.Mn or GeneralCategory.Mc or GeneralCategory.Me
            or GeneralCategory.Nd or GeneralCategory.Pc => true,
        GeneralCategory.So => codePoint is (>= 0x24B6 and <= 0x24E9) or (>= 0x1F130 and <= 0x1F149)
            or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189),
        GeneralCategory.Cn => IsLater(codePoint),
        _ => codePoint is 0x200C or 0x200D,
    };

    /// <summary>General_Category N (Nd, Nl, No) by Unicode 17.0: Rust's <c>char::is_numeric</c>.</summary>
    public static bool IsNumeric(int codePoint) => UnicodeData.Category(codePoint) switch
    {
        GeneralCategory.Nd or GeneralCategory.Nl or GeneralCategory.No => true,
        GeneralCategory.Cn => codePoint is (>= 0x10D40 and <= 0x10D49) or (>= 0x116D0 and <= 0x116E3)
            or (>= 0x11BF0 and <= 0x11BF9) or (>= 0x11DE0 and <= 0x11DE9) or (>= 0x16130 and <= 0x16139)
            or (>= 0x16D70 and <= 0x16D79) or (>= 0x16FF4 and <= 0x16FF6) or (>= 0x1CCF0 and <= 0x1CCF9)
            or (>= 0x1E5F1 and <= 0x1E5FA),
        _ => false,
    };

    /// <summary>What Unicode 15.1 and 16.0 added.</summary>
    private static bool IsLater(int codePoint) => codePoint is 0x897 or 0x1C89 or 0x1C8A or (>= 0xA7CB and <= 0xA7CD)
        or (>= 0xA7DA and <= 0xA7DC) or (>= 0x105C0 and <= 0x105F3) or (>= 0x10D40 and <= 0x10D65)
        or (>= 0x10D69 and <= 0x10D6D) or (>= 0x10D6F and <= 0x10D85) or (>= 0x10EC2 and <= 0x10EC4) or 0x10EFC
        or (>= 0x11380 and <= 0x11389) or 0x1138B or 0x1138E or (>= 0x11390 and <= 0x113B5) or (>= 0x113B7 and <= 0x113C0)
        or 0x113C2 or 0x113C5 or (>= 0x113C7 and <= 0x113CA) or (>= 0x113CC and <= 0x113D3) or 0x113E1 or 0x113E2
        or (>= 0x116D0 and <= 0x116E3) or (>= 0x11BC0 and <= 0x11BE0) or (>= 0x11BF0 and <= 0x11BF9) or 0x11F5A
        or (>= 0x13460 and <= 0x143FA) or (>= 0x16100 and <= 0x16139) or (>= 0x16D40 and <= 0x16D6C)
        or (>= 0x16D70 and <= 0x16D79) or 0x18CFF or (>= 0x1CCF0 and <= 0x1CCF9) or (>= 0x1E5D0 and <= 0x1E5FA)
        or (>= 0x2EBF0 and <= 0x2EE5D);
}
