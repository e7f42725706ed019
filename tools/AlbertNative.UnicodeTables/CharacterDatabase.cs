using AlbertNative.Tokenization.Unicode;

namespace AlbertNative.UnicodeTables;

/// <summary>The properties of every code point, as a folder of Unicode Character Database files gives them.</summary>
internal sealed class CharacterDatabase
{
    /// <summary>How many code points there are.</summary>
    public const int CodePoints = 0x110000;

    private const int HangulSyllables = 0xAC00;
    private const int HangulSyllableCount = 11172;

    private readonly int[]?[] _mappings = new int[CodePoints][];
    private readonly bool[] _isCompatibility = new bool[CodePoints];
    private readonly string[] _bidiClasses = new string[CodePoints];
    private readonly int[]?[] _lowerCase = new int[CodePoints][];

    private CharacterDatabase(string folder)
    {
        string File(string name) => Path.Combine(folder, name);
        Version = UcdFile.ReadVersion(File("DerivedAge.txt"));
        ReadUnicodeData(File("UnicodeData.txt"));
        ReadSpecialCasing(File("SpecialCasing.txt"));
        ReadGraphemeBreaks(File("auxiliary/GraphemeBreakProperty.txt"), File("emoji/emoji-data.txt"));
        ReadAges(File("DerivedAge.txt"));
        WhiteSpace = UcdFile.ReadProperty(File("PropList.txt"), "White_Space");
        Cased = UcdFile.ReadProperty(File("DerivedCoreProperties.txt"), "Cased");
        CaseIgnorable = UcdFile.ReadProperty(File("DerivedCoreProperties.txt"), "Case_Ignorable");
        CompositionExclusions = UcdFile.ReadProperty(File("DerivedNormalizationProps.txt"), "Full_Composition_Exclusion");
        NfcUnstable = UcdFile.ReadProperty(File("DerivedNormalizationProps.txt"), "NFC_QC");
        NfkcUnstable = UcdFile.ReadProperty(File("DerivedNormalizationProps.txt"), "NFKC_QC");
        Digits = UcdFile.ReadProperty(File("extracted/DerivedNumericType.txt"), "Decimal");
        bool[] digits = UcdFile.ReadProperty(File("extracted/DerivedNumericType.txt"), "Digit");
        for (int c = 0; c < CodePoints; c++)
            Digits[c] |= digits[c];
    }

    /// <summary>Reads the files of <paramref name="folder"/>, laid out as in UCD.zip with emoji/ beside them.</summary>
    public static CharacterDatabase Read(string folder) => new(folder);

    /// <summary>The version of the database.</summary>
    public Version Version { get; }

    /// <summary>General_Category.</summary>
    public GeneralCategory[] Categories { get; } = new GeneralCategory[CodePoints];

    /// <summary>Canonical_Combining_Class.</summary>
    public byte[] CombiningClasses { get; } = new byte[CodePoints];

    /// <summary>Grapheme_Cluster_Break, with Extended_Pictographic.</summary>
    public GraphemeBreak[] GraphemeBreaks { get; } = new GraphemeBreak[CodePoints];

    /// <summary>The version that assigned the code point, times ten; 0 where none did.</summary>
    public byte[] Ages { get; } = new byte[CodePoints];

    /// <summary>White_Space.</summary>
    public bool[] WhiteSpace { get; }

    /// <summary>Numeric_Type Digit or Decimal.</summary>
    public bool[] Digits { get; }

    /// <summary>Cased.</summary>
    public bool[] Cased { get; }

    /// <summary>Case_Ignorable.</summary>
    public bool[] CaseIgnorable { get; }

    /// <summary>Full_Composition_Exclusion.</summary>
    public bool[] CompositionExclusions { get; }

    /// <summary>NFC_Quick_Check is No or Maybe.</summary>
    public bool[] NfcUnstable { get; }

    /// <summary>NFKC_Quick_Check is No or Maybe.</summary>
    public bool[] NfkcUnstable { get; }

    /// <summary>Whether Python's <c>str.isspace</c> holds: category Zs, or bidirectional class WS, B or S.</summary>
    public bool IsPythonWhiteSpace(int codePoint) =>
        Categories[codePoint] == GeneralCategory.Zs || _bidiClasses[codePoint] is "WS" or "B" or "S";

    /// <summary>Whether the code point is a precomposed Hangul syllable, whose decomposition is arithmetic.</summary>
    public static bool IsHangulSyllable(int codePoint) => (uint)(codePoint - HangulSyllables) < HangulSyllableCount;

    /// <summary>The canonical mapping to a pair, or null: what composition inverts.</summary>
    public (int First, int Second)? CanonicalPair(int codePoint) =>
        !_isCompatibility[codePoint] && _mappings[codePoint] is [int first, int second] ? (first, second) : null;

    /// <summary>The full decomposition in canonical order, or null where it is the code point itself; not for Hangul.</summary>
    public int[]? Decomposition(int codePoint, bool compatibility)
    {
        if (_mappings[codePoint] is null || (_isCompatibility[codePoint] && !compatibility))
            return null;
        List<int> output = [];
        Decompose(codePoint, compatibility, output);
        // A stable sort of each run of non-starters. The tables of the Standard need none; a future one might.
        for (int i = 1; i < output.Count; i++)
        {
            for (int j = i; j > 0 && CombiningClasses[output[j]] != 0
                && CombiningClasses[output[j - 1]] > CombiningClasses[output[j]]; j--)
                (output[j - 1], output[j]) = (output[j], output[j - 1]);
        }
        return [.. output];
    }

    /// <summary>The full lower case without regard to context, or null where it is the code point itself.</summary>
    public int[]? LowerCase(int codePoint) => _lowerCase[codePoint];

    private void Decompose(int codePoint, bool compatibility, List<int> output)
    {
        if (_mappings[codePoint] is null || (_isCompatibility[codePoint] && !compatibility))
        {
            output.Add(codePoint);
            return;
        }
        foreach (int part in _mappings[codePoint]!)
            Decompose(part, compatibility, output);
    }

    private void ReadUnicodeData(string path)
    {
        int rangeStart = -1;
        foreach (string[] fields in UcdFile.Read(path))
        {
            int codePoint = UcdFile.CodePoint(fields[0]);
            if (fields[1].EndsWith(", First>", StringComparison.Ordinal))
                rangeStart = codePoint;
            else
            {
                int start = rangeStart >= 0 ? rangeStart : codePoint;
                rangeStart = -1;
                Categories.AsSpan(start..(codePoint + 1)).Fill(Enum.Parse<GeneralCategory>(fields[2]));
                CombiningClasses.AsSpan(start..(codePoint + 1)).Fill(byte.Parse(fields[3]));
                _bidiClasses.AsSpan(start..(codePoint + 1)).Fill(fields[4]);
            }
            if (fields[5].Length > 0)
            {
                _isCompatibility[codePoint] = fields[5][0] == '<';
                _mappings[codePoint] = UcdFile.Sequence(fields[5][(fields[5].IndexOf('>') + 1)..]);
            }
            if (fields[13].Length > 0)
                _lowerCase[codePoint] = UcdFile.Sequence(fields[13]);
        }
    }

    private void ReadSpecialCasing(string path)
    {
        // A fifth field that is not empty is a condition: Final_Sigma, which lower-casing tests itself, or a language.
        foreach (string[] fields in UcdFile.Read(path))
        {
            if (fields.Length == 5 && fields[4].Length == 0)
            {
                int codePoint = UcdFile.CodePoint(fields[0]);
                int[] lower = UcdFile.Sequence(fields[1]);
                _lowerCase[codePoint] = lower is [int single] && single == codePoint ? null : lower;
            }
        }
    }

    private void ReadGraphemeBreaks(string breaks, string emoji)
    {
        foreach ((Range range, string[] fields) in UcdFile.ReadRanges(breaks))
            GraphemeBreaks.AsSpan(range).Fill(Enum.Parse<GraphemeBreak>(fields[1]));
        bool[] pictographic = UcdFile.ReadProperty(emoji, "Extended_Pictographic");
        for (int c = 0; c < CodePoints; c++)
        {
            if (!pictographic[c])
                continue;
            if (GraphemeBreaks[c] != GraphemeBreak.Other)
                throw new InvalidDataException($"{emoji}: U+{c:X4} is Extended_Pictographic and also {GraphemeBreaks[c]}.");
            GraphemeBreaks[c] = GraphemeBreak.ExtendedPictographic;
        }
    }

    private void ReadAges(string path)
    {
        foreach ((Range range, string[] fields) in UcdFile.ReadRanges(path))
        {
            Version age = Version.Parse(fields[1]);
            Ages.AsSpan(range).Fill(checked((byte)((age.Major * 10) + age.Minor)));
        }
    }
}
