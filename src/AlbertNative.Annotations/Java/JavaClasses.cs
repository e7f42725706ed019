using System.Collections.Concurrent;
using System.Globalization;

namespace AlbertNative.Annotations.Java;

/// <summary>The predefined classes of Java's regular expressions; source: <c>java.util.regex.Pattern</c>'s documentation (17).</summary>
internal static class JavaClasses
{
    private static readonly ConcurrentDictionary<string, CodePointSet?> Properties = new(StringComparer.Ordinal);
    private static readonly Lazy<CodePointSet> Boundary =
        new(() => Property("L")!.Union(Property("Nd")!).Union(CodePointSet.Of("_")));

    public static CodePointSet Digit { get; } = CodePointSet.Range('0', '9');

    public static CodePointSet Word { get; } =
        CodePointSet.Range('a', 'z').Union(CodePointSet.Range('A', 'Z')).Union(Digit).Union(CodePointSet.Of("_"));

    public static CodePointSet WhiteSpace { get; } = CodePointSet.Of(" ").Union(CodePointSet.Range('\t', '\r'));

    public static CodePointSet Horizontal { get; } =
        CodePointSet.Of(" \t\u00A0\u1680\u180E\u202F\u205F\u3000").Union(CodePointSet.Range(0x2000, 0x200A));

    public static CodePointSet Vertical { get; } = CodePointSet.Range('\n', '\r').Union(CodePointSet.Of("\u0085\u2028\u2029"));

    /// <summary>What a dot does not match.</summary>
    public static CodePointSet LineEnds { get; } = CodePointSet.Of("\n\r\u0085\u2028\u2029");

    /// <summary>What counts as a part of a word for <c>\b</c>, which before JDK 19 is not ASCII.</summary>
    public static CodePointSet BoundaryWord => Boundary.Value;

    /// <summary>The set of <c>\d</c>, <c>\W</c> and so on; null where the letter names none.</summary>
    public static CodePointSet? OfLetter(char letter) => letter switch
    {
        'd' => Digit,
        'D' => Digit.Complement(),
        'w' => Word,
        'W' => Word.Complement(),
        's' => WhiteSpace,
        'S' => WhiteSpace.Complement(),
        'h' => Horizontal,
        'H' => Horizontal.Complement(),
        'v' => Vertical,
        'V' => Vertical.Complement(),
        _ => null,
    };

    /// <summary>The set of <c>\p{NAME}</c>; null where the name is none of those known here.</summary>
    public static CodePointSet? Property(string name) => Properties.GetOrAdd(name, Compute);

    private static CodePointSet? Compute(string name) => name switch
    {
        "Lower" => CodePointSet.Range('a', 'z'),
        "Upper" => CodePointSet.Range('A', 'Z'),
        "ASCII" => CodePointSet.Range(0, 0x7F),
        "Alpha" => CodePointSet.Range('a', 'z').Union(CodePointSet.Range('A', 'Z')),
        "Digit" => Digit,
        "Alnum" => Word.Except(CodePointSet.Of("_")),
        "Punct" => CodePointSet.Range('!', '~').Except(Word).Union(CodePointSet.Of("_")),
        "Graph" => CodePointSet.Range('!', '~'),
        "Print" => CodePointSet.Range(' ', '~'),
        "Blank" => CodePointSet.Of(" \t"),
        "Cntrl" => CodePointSet.Range(0, 0x1F).Union(CodePointSet.Range(0x7F, 0x7F)),
        "XDigit" => Digit.Union(CodePointSet.Range('a', 'f')).Union(CodePointSet.Range('A', 'F')),
        "Space" => WhiteSpace,
        "javaLowerCase" => OfCategories("Ll"),
        "javaUpperCase" => OfCategories("Lu"),
        "javaWhitespace" => OfCategories("Z").Except(CodePointSet.Of("\u00A0\u2007\u202F"))
            .Union(CodePointSet.Range('\t', '\r')).Union(CodePointSet.Range(0x1C, 0x1F)),
        "IsAlphabetic" or "IsLetter" => OfCategories("L").Union(OfCategories("Nl")),
        "IsDigit" => OfCategories("Nd"),
        "IsLowercase" => OfCategories("Ll"),
        "IsUppercase" => OfCategories("Lu"),
        "IsPunctuation" => OfCategories("P"),
        "IsControl" => OfCategories("Cc"),
        "IsWhite_Space" => OfCategories("Z").Union(CodePointSet.Range('\t', '\r')).Union(CodePointSet.Of("\u0085")),
        _ => OfCategories(name.StartsWith("Is", StringComparison.Ordinal) ? name[2..] : name, known: false),
    };

    private static CodePointSet OfCategories(string prefix) => OfCategories(prefix, known: true)!;

    private static CodePointSet? OfCategories(string prefix, bool known)
    {
        if (prefix == "LC")
            return CodePointSet.OfCategories(category => Code(category) is "Lu" or "Ll" or "Lt");
        return known || Enum.GetValues<UnicodeCategory>().Any(category => Names(prefix, category))
            ? CodePointSet.OfCategories(category => Names(prefix, category))
            : null;
    }

    private static bool Names(string prefix, UnicodeCategory category) =>
        prefix.Length is 1 or 2 && Code(category).StartsWith(prefix, StringComparison.Ordinal);

    private static string Code(UnicodeCategory category) => category switch
    {
        UnicodeCategory.UppercaseLetter => "Lu",
        UnicodeCategory.LowercaseLetter => "Ll",
        UnicodeCategory.TitlecaseLetter => "Lt",
        UnicodeCategory.ModifierLetter => "Lm",
        UnicodeCategory.OtherLetter => "Lo",
        UnicodeCategory.NonSpacingMark => "Mn",
        UnicodeCategory.SpacingCombiningMark => "Mc",
        UnicodeCategory.EnclosingMark => "Me",
        UnicodeCategory.DecimalDigitNumber => "Nd",
        UnicodeCategory.LetterNumber => "Nl",
        UnicodeCategory.OtherNumber => "No",
        UnicodeCategory.SpaceSeparator => "Zs",
        UnicodeCategory.LineSeparator => "Zl",
        UnicodeCategory.ParagraphSeparator => "Zp",
        UnicodeCategory.Control => "Cc",
        UnicodeCategory.Format => "Cf",
        UnicodeCategory.Surrogate => "Cs",
        UnicodeCategory.PrivateUse => "Co",
        UnicodeCategory.ConnectorPunctuation => "Pc",
        UnicodeCategory.DashPunctuation => "Pd",
        UnicodeCategory.OpenPunctuation => "Ps",
        UnicodeCategory.ClosePunctuation => "Pe",
        UnicodeCategory.InitialQuotePunctuation => "Pi",
        UnicodeCategory.FinalQuotePunctuation => "Pf",
        UnicodeCategory.OtherPunctuation => "Po",
        UnicodeCategory.MathSymbol => "Sm",
        UnicodeCategory.CurrencySymbol => "Sc",
        UnicodeCategory.ModifierSymbol => "Sk",
        UnicodeCategory.OtherSymbol => "So",
        _ => "Cn",
    };
}
