using System.Text.RegularExpressions;

namespace AlbertNative.Annotations;

/// <summary>
/// The patterns of Spark NLP's rules for sentence ends, in ASCII classes as Java has them; the names are those that
/// <see cref="SentenceMarking"/> says what they do by. Each takes time linear in the text.
/// </summary>
internal static partial class SentenceRules
{
    private const string Space = @"[ \t-\r]";
    private const string NoSpace = @"[^ \t-\r]";
    private const string Word = "[a-zA-Z0-9_]";
    private const string Digit = "[0-9]";
    private const string AnyCharacter = @"[^\n\r\u0085\u2028\u2029]";
    private const RegexOptions Options = RegexOptions.CultureInvariant;

    private const string General =
        "adj|bros|btw|co|col|corp|cpl|dec|aug|del|dept|dist|dr|e" + AnyCharacter + "g|etc|exp|feb|fy|hr|i" + AnyCharacter +
        "e|id|inc|jan|jr|jul|jun|lt|ltd|mar|may|min|mr|mrs|ms|no|nov|oct|ok|p|px|plz|prof|rep|sec|sep|sept|sr|st|u" +
        AnyCharacter + "s|ver|vs";
    private const string Prepositive = "dr|mr|ms|prof|mt|st";
    private const string Number = "no|p|px";
    private const string BehindGeneral = @"(?<=(?:\A|" + Space + ")(?i:" + General + @"))\.";
    private const string BehindPrepositive = @"(?<=(?:\A|" + Space + ")(?i:" + Prepositive + @"))\.";
    private const string BehindNumber = @"(?<=(?:\A|" + Space + ")(?i:" + Number + @"))\.";

    [GeneratedRegex(@"\([a-z]+\)|\A[a-z]+\)", Options)]
    public static partial Regex LetteredItem { get; }

    [GeneratedRegex(
        Space + Digit + @"{1,2}\." + Space + @"|\A" + Digit + @"{1,2}\." + Space
        + "|" + Space + Digit + @"{1,2}\.\)|\A" + Digit + @"{1,2}\.\)"
        + "|" + Space + "-" + Digit + @"{1,2}\." + Space + @"|\A-" + Digit + @"{1,2}\." + Space
        + "|s-" + Digit + @"{1,2}\.\)|\A-" + Digit + "{1,2}" + AnyCharacter + @"\)", Options)]
    public static partial Regex NumberedItem { get; }

    /// <summary>Dots of numbers, rules N1 to N5, whose effects are the same and touch no other's.</summary>
    [GeneratedRegex(
        @"\.(?=" + Digit + ")"
        + "|(?<=" + Digit + @")\.(?=" + NoSpace + ")"
        + @"|(?<=\A" + Digit + @"{1,2})\.(?=" + Space + NoSpace + @"|\))", Options)]
    public static partial Regex NumberDot { get; }

    // Before JDK 19 a boundary of words looks at Unicode's letters.
    [GeneratedRegex(
        @"(?<![\p{L}\p{Nd}_])[a-zA-Z](?:\.[a-zA-Z])+(?:\.(?!" + Space + "[A-Z]))*", Options)]
    public static partial Regex Initials { get; }

    [GeneratedRegex(@"(?i:p\.m)\.*", Options)]
    public static partial Regex AfterNoon { get; }

    [GeneratedRegex(@"(?i:a\.m)\.*", Options)]
    public static partial Regex BeforeNoon { get; }

    [GeneratedRegex(@"\.(?='s(?:" + Space + @"|\$|\z))", Options)]
    public static partial Regex PossessiveDot { get; }

    [GeneratedRegex(@"(?<=Co)\.(?=" + Space + "KG)", Options)]
    public static partial Regex CompanyDot { get; }

    [GeneratedRegex(@"(?<=(?:\A|" + Space + @")[A-Z])\.(?=" + Space + ")", Options)]
    public static partial Regex LetterDot { get; }

    [GeneratedRegex(BehindPrepositive + "(?=" + Space + "|:" + Digit + ")", Options)]
    public static partial Regex PrepositiveDot { get; }

    [GeneratedRegex(BehindNumber + "(?=" + Space + Digit + "|" + Space + @"\()", Options)]
    public static partial Regex NumberWordDot { get; }

    // A dash counts only behind a word that white space is before.
    [GeneratedRegex(
        BehindGeneral + "(?=[.:?]|" + Space + "(?:[a-z]|I" + Space + "|I'm|I'll|" + Digit + "))"
        + "|(?<=" + Space + "(?i:" + General + @"))\.(?=-)", Options)]
    public static partial Regex GeneralDot { get; }

    [GeneratedRegex(BehindGeneral + "(?=,)", Options)]
    public static partial Regex GeneralDotBeforeComma { get; }

    [GeneratedRegex("(?<=" + Word + @")\.(?=" + Word + ")", Options)]
    public static partial Regex InnerDot { get; }

    [GeneratedRegex(@"(?<=[A-z]°)\.(?=" + Space + "*" + Digit + ")", Options)]
    public static partial Regex DegreeDot { get; }

    [GeneratedRegex(@"\.{3}(?=" + Space + "[A-Z])", Options)]
    public static partial Regex EllipsisBeforeCapital { get; }

    [GeneratedRegex("(?<=" + NoSpace + @")\.{3}(?=\." + Space + "[A-Z])", Options)]
    public static partial Regex EllipsisBeforeDot { get; }

    [GeneratedRegex(@"""[a-zA-Z0-9_ \t-\r?!.,]+""", Options)]
    public static partial Regex Quoted { get; }

    [GeneratedRegex(@"\[[a-zA-Z0-9_ \t-\r?!.,]+\]", Options)]
    public static partial Regex Bracketed { get; }

    [GeneratedRegex(@"\([a-zA-Z0-9_ \t-\r?!.,]+\)", Options)]
    public static partial Regex Parenthesised { get; }

    [GeneratedRegex(@"\?(?=['""])", Options)]
    public static partial Regex QuestionBeforeQuote { get; }

    [GeneratedRegex(@"!(?=['""])", Options)]
    public static partial Regex ExclamationBeforeQuote { get; }

    [GeneratedRegex("!(?=," + Space + "[a-z])", Options)]
    public static partial Regex ExclamationBeforeComma { get; }

    [GeneratedRegex("!(?=" + Space + "[a-z])", Options)]
    public static partial Regex ExclamationBeforeSmall { get; }
}
