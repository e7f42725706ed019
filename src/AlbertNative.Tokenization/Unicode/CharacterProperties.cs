namespace AlbertNative.Tokenization.Unicode;

/// <summary>
/// The properties that fit in one word, as the generated tables hold them: the few hundred combinations that occur
/// are stored once each.
/// </summary>
/// <param name="bits">The packed word.</param>
internal readonly struct CharacterProperties(uint bits)
{
    private const uint WhiteSpaceBit = 1u << 17;
    private const uint PythonWhiteSpaceBit = 1u << 18;
    private const uint DigitBit = 1u << 19;
    private const uint CasedBit = 1u << 20;
    private const uint CaseIgnorableBit = 1u << 21;

    /// <summary>Packs the properties of one code point.</summary>
    public CharacterProperties(
        GeneralCategory category, byte combiningClass, GraphemeBreak graphemeBreak,
        bool isWhiteSpace, bool isPythonWhiteSpace, bool isDigit, bool isCased, bool isCaseIgnorable)
        : this(
            combiningClass | ((uint)category << 8) | ((uint)graphemeBreak << 13)
            | (isWhiteSpace ? WhiteSpaceBit : 0) | (isPythonWhiteSpace ? PythonWhiteSpaceBit : 0)
            | (isDigit ? DigitBit : 0) | (isCased ? CasedBit : 0) | (isCaseIgnorable ? CaseIgnorableBit : 0))
    {
    }

    /// <summary>The packed word.</summary>
    public uint Bits { get; } = bits;

    /// <summary>Canonical_Combining_Class.</summary>
    public byte CombiningClass => (byte)Bits;

    /// <summary>General_Category.</summary>
    public GeneralCategory Category => (GeneralCategory)((Bits >> 8) & 31);

    /// <summary>Grapheme_Cluster_Break or Extended_Pictographic.</summary>
    public GraphemeBreak GraphemeBreak => (GraphemeBreak)((Bits >> 13) & 15);

    /// <summary>White_Space.</summary>
    public bool IsWhiteSpace => (Bits & WhiteSpaceBit) != 0;

    /// <summary>White space to Python: category Zs, or bidirectional class WS, B or S.</summary>
    public bool IsPythonWhiteSpace => (Bits & PythonWhiteSpaceBit) != 0;

    /// <summary>Numeric_Type is Digit or Decimal.</summary>
    public bool IsDigit => (Bits & DigitBit) != 0;

    /// <summary>Cased.</summary>
    public bool IsCased => (Bits & CasedBit) != 0;

    /// <summary>Case_Ignorable.</summary>
    public bool IsCaseIgnorable => (Bits & CaseIgnorableBit) != 0;
}
