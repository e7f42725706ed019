using System.Runtime.CompilerServices;

namespace AlbertNative.Tokenization.Unicode;

/// <summary>
/// Properties of code points (0 to 0x10FFFF; anything else throws <see cref="IndexOutOfRangeException"/>), from the
/// generated tables alone: no call reaches ICU or depends on a culture. Those with a version see a character that came
/// after it as unassigned.
/// </summary>
internal static class UnicodeData
{
    /// <summary>The tables' version, such as 15.0.0.</summary>
    public const string Version = UnicodeTables.Version;

    /// <summary>U+FFFD, what a lone surrogate reads as.</summary>
    public const int ReplacementCharacter = 0xFFFD;

    /// <summary>What normalization, lower-casing and segmentation would have to do about a code point.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CharacterTraits Traits(int codePoint) => (CharacterTraits)UnicodeTables.Traits(codePoint);

    /// <summary>As <see cref="Traits(int)"/>, none where the code point came after <paramref name="version"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CharacterTraits Traits(int codePoint, UnicodeVersion version)
    {
        CharacterTraits traits = Traits(codePoint);
        return traits == CharacterTraits.None || IsAssignedBy(codePoint, version) ? traits : CharacterTraits.None;
    }

    /// <summary>
    /// Whether no version after <paramref name="version"/>, up to the tables' own, first assigned the code point.
    /// True for what is still unassigned, about which there is nothing to hide.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsAssignedBy(int codePoint, UnicodeVersion version) =>
        version >= UnicodeVersion.Latest || UnicodeTables.Age(codePoint) <= (byte)version;

    /// <summary>General_Category.</summary>
    public static GeneralCategory Category(int codePoint, UnicodeVersion version = UnicodeVersion.Latest) =>
        Properties(codePoint, version).Category;

    /// <summary>Canonical_Combining_Class: 0 for a starter.</summary>
    public static byte CombiningClass(int codePoint, UnicodeVersion version = UnicodeVersion.Latest) =>
        (Traits(codePoint, version) & CharacterTraits.Reordering) == 0 ? (byte)0 : Properties(codePoint).CombiningClass;

    /// <summary>General_Category is Mn, Mc or Me, in that version's own classification.</summary>
    public static bool IsMark(int codePoint, UnicodeVersion version = UnicodeVersion.Latest) =>
        (Traits(codePoint, version) & CharacterTraits.Mark) != 0 && MarkHistory.IsMark(codePoint, version);

    /// <summary>White_Space, as Rust's <c>char::is_whitespace</c>.</summary>
    public static bool IsWhiteSpace(int codePoint) => Properties(codePoint).IsWhiteSpace;

    /// <summary>What Python's <c>str.split()</c> and <c>str.isspace()</c> go by: White_Space and U+001C to U+001F.</summary>
    public static bool IsPythonWhiteSpace(int codePoint) => Properties(codePoint).IsPythonWhiteSpace;

    /// <summary>Python's <c>str.isdigit()</c>: Numeric_Type is Digit or Decimal.</summary>
    public static bool IsPythonDigit(int codePoint, UnicodeVersion version = UnicodeVersion.V14) =>
        Properties(codePoint, version).IsDigit;

    /// <summary>Cased (the Standard, definition D135).</summary>
    public static bool IsCased(int codePoint, UnicodeVersion version = UnicodeVersion.Latest) =>
        Properties(codePoint, version).IsCased;

    /// <summary>Case_Ignorable (the Standard, definition D136).</summary>
    public static bool IsCaseIgnorable(int codePoint, UnicodeVersion version = UnicodeVersion.Latest) =>
        Properties(codePoint, version).IsCaseIgnorable;

    /// <summary>Grapheme_Cluster_Break or Extended_Pictographic.</summary>
    public static GraphemeBreak GraphemeBreak(int codePoint) => Properties(codePoint).GraphemeBreak;

    private static CharacterProperties Properties(int codePoint, UnicodeVersion version) =>
        IsAssignedBy(codePoint, version) ? Properties(codePoint) : default;

    private static CharacterProperties Properties(int codePoint) =>
        new(UnicodeTables.Properties(UnicodeTables.PropertiesIndex(codePoint)));
}
