using System.Buffers.Binary;
using System.Text;

namespace AlbertNative.Annotations;

/// <summary>
/// What a fitted tokenizer of Spark NLP keeps of the patterns that it was made with: the rules that they gave, in
/// <c>fields/rules</c>, among objects of Scala's library. Of those only the strings are looked at: a rule is one that begins with
/// <c>\A</c> and ends with <c>\z</c>, which no other string there does.
/// </summary>
internal static class SavedTokenizer
{
    /// <summary>Its class: the tokenizer that is fitted is another one.</summary>
    public const string ClassName = "com.johnsnowlabs.nlp.annotators.TokenizerModel";

    private const string Rules = "rules";
    private const string Begin = @"\A";
    private const string End = @"\z";
    private const byte StringMark = 0x74;

    /// <summary>The settings that make the same rules.</summary>
    /// <exception cref="PipelineFormatException">There are none, or they are in another form.</exception>
    public static IEnumerable<KeyValuePair<string, object>> RulesOf(SavedFiles files)
    {
        string[] rules = [.. files.ReadField(Rules).SelectMany(value => StringsOf(value)).Where(IsRule).Distinct(StringComparer.Ordinal)];
        if (rules.Length == 0)
        {
            throw new PipelineFormatException(
                $"{files.Directory}: no rule of a tokenizer is found in fields/{Rules}. Set its patterns anew on a Tokenizer");
        }
        if (rules is [string only] && ContextOf(only) is string[] context)
            return [new("contextChars", context)];
        // Rules are prefix, infix and suffix behind one another, so any cut of one gives the same rule.
        return
        [
            new("prefixPattern", Begin), new("suffixPattern", End),
            new("infixPatterns", rules.Select(rule => rule[Begin.Length..^End.Length]).ToArray()),
        ];
    }

    /// <summary>The rule of a tokenizer whose patterns are all those of its context characters.</summary>
    public static string RuleOf(string context)
    {
        string quoted = $@"\Q{context}\E";
        return $@"\A([{quoted}]*)([^{quoted}](?:.*[^{quoted}])*)([{quoted}]*)\z";
    }

    private static bool IsRule(string text) =>
        text.Length > Begin.Length + End.Length && text.StartsWith(Begin, StringComparison.Ordinal) && text.EndsWith(End, StringComparison.Ordinal);

    private static string[]? ContextOf(string rule)
    {
        const string Open = @"\A([\Q";
        int end = rule.IndexOf(@"\E", StringComparison.Ordinal);
        if (!rule.StartsWith(Open, StringComparison.Ordinal) || end < Open.Length)
            return null;
        string context = rule[Open.Length..end];
        return rule == RuleOf(context) ? [.. context.Select(character => character.ToString())] : null;
    }

    // Java's serialised strings: a mark, a length in 16 bits, and UTF-8 (the Object Serialization Specification, 6.4.2). What only
    // looks like one is no rule.
    private static List<string> StringsOf(ReadOnlySpan<byte> value)
    {
        List<string> strings = [];
        for (int at = 0; at + 3 <= value.Length; at++)
        {
            if (value[at] != StringMark)
                continue;
            ReadOnlySpan<byte> rest = value[(at + 3)..];
            int length = BinaryPrimitives.ReadUInt16BigEndian(value[(at + 1)..]);
            if (length > rest.Length || !rest[..length].StartsWith(@"\A"u8))
                continue;
            strings.Add(Encoding.UTF8.GetString(rest[..length]));
            at += 2 + length;
        }
        return strings;
    }
}
