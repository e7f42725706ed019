using System.Globalization;
using System.Text.RegularExpressions;
using AlbertNative.Tokenization.Fast.Normalizers;

namespace AlbertNative.Tokenization.Fast.Reading;

/// <summary>
/// Which regular expressions of a <c>tokenizer.json</c> are taken: those that mean the same to Oniguruma, for which they
/// are written, and to .NET's non-backtracking engine. That is literals, sets, groups, alternatives, repetitions, line
/// anchors, <c>\s</c> and <c>\d</c>. What could match half a surrogate pair, or what the two read differently (<c>\w</c>,
/// <c>\h</c>, <c>.</c>, negated and nested sets), is refused.
/// </summary>
internal static class RegexSyntax
{
    // Far more than any tokenizer has; an engine's memory may be many times its pattern.
    private const int LongestPattern = 200;

    private const string Punctuation = "\\^$.|?*+()[]{}-/ #,:;!'\"`~@%&=<>_";

    /// <summary>A step that replaces every match.</summary>
    /// <exception cref="FormatException">The expression is not one of these.</exception>
    public static Normalizer MakeReplacement(string pattern, string content)
    {
        if (TryReadRun(pattern, out char character, out int minimum))
            return new ReplaceRunNormalizer(character, minimum, content);
        if (pattern.Length > LongestPattern)
            throw new FormatException($"it has more than {LongestPattern} characters");
        Check(pattern);
        try
        {
            // In Oniguruma, ^ and $ are always those of lines.
            const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.Multiline;
            return new ReplaceRegexNormalizer(new Regex(pattern, Options), content);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new FormatException(e.Message, e);
        }
    }

    /// <summary><c>c+</c> and <c>c{n,}</c>.</summary>
    private static bool TryReadRun(string pattern, out char character, out int minimum)
    {
        character = pattern[0];
        minimum = 1;
        if (character is '\\' or '^' or '$' or '.' or '|' or '?' or '*' or '+' or '(' or ')' or '[' or ']' or '{' or '}'
            || char.IsSurrogate(character))
            return false;
        ReadOnlySpan<char> rest = pattern.AsSpan(1);
        if (rest is "+")
            return true;
        return rest.Length > 3 && rest[0] == '{' && rest.EndsWith(",}", StringComparison.Ordinal)
            && int.TryParse(rest[1..^2], NumberStyles.None, CultureInfo.InvariantCulture, out minimum) && minimum > 0;
    }

    private static void Check(string pattern)
    {
        for (int i = 0; i < pattern.Length;)
        {
            char c = pattern[i];
            i = c switch
            {
                '\\' => Escape(pattern, i, "sdtnrf"),
                '[' => Set(pattern, i),
                '{' => Repetition(pattern, i),
                '.' => throw new FormatException("'.'"),
                '(' when i + 1 < pattern.Length && pattern[i + 1] == '?' => Group(pattern, i),
                '*' or '+' or '?' when i + 1 < pattern.Length && pattern[i + 1] == '+' =>
                    throw new FormatException("possessive repetition"),
                _ => Literal(pattern, i),
            };
        }
    }

    private static int Literal(string pattern, int i) => char.IsSurrogate(pattern[i])
        ? throw new FormatException("a character beyond U+FFFF")
        : i + 1;

    private static int Group(string pattern, int i) => i + 2 < pattern.Length && pattern[i + 2] == ':'
        ? i + 3
        : throw new FormatException("a group with '(?'");

    private static int Repetition(string pattern, int i)
    {
        int end = pattern.IndexOf('}', i);
        ReadOnlySpan<char> bounds = end < 0 ? "" : pattern.AsSpan(i + 1, end - i - 1);
        bool isPlain = bounds.Length is > 0 and < 10 && char.IsAsciiDigit(bounds[0])
            && bounds.Trim("0123456789,").IsEmpty && bounds.Count(',') <= 1;
        bool isPossessive = isPlain && end + 1 < pattern.Length && pattern[end + 1] == '+';
        return isPlain && !isPossessive ? end + 1 : throw new FormatException("the repetition at '{'");
    }

    private static int Set(string pattern, int start)
    {
        int i = start + 1;
        if (i < pattern.Length && pattern[i] == '^')
            throw new FormatException("a negated set");
        for (; i < pattern.Length && (pattern[i] != ']' || i == start + 1);)
        {
            if (pattern[i] == '\\')
                i = Escape(pattern, i, "sdtnrf");
            else if (pattern[i] is '[' or '&' or ']')
                throw new FormatException($"'{pattern[i]}' in a set");
            else
                i = Literal(pattern, i);
        }
        return i < pattern.Length ? i + 1 : throw new FormatException("a set without an end");
    }

    /// <summary>An escaped punctuation mark, one of <paramref name="letters"/>, or <c>\uHHHH</c> outside the surrogates.</summary>
    private static int Escape(string pattern, int i, string letters)
    {
        if (i + 1 == pattern.Length)
            throw new FormatException("'\\' at the end");
        char c = pattern[i + 1];
        if (Punctuation.Contains(c) || letters.Contains(c))
            return i + 2;
        bool isCode = c == 'u' && i + 6 <= pattern.Length
            && ushort.TryParse(pattern.AsSpan(i + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort code)
            && !char.IsSurrogate((char)code);
        return isCode ? i + 6 : throw new FormatException($"'\\{c}'");
    }
}
