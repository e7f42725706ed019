using System.Text.RegularExpressions;

namespace AlbertNative.Annotations.Java;

/// <summary>
/// A regular expression of Java's, matched by .NET: its classes are ASCII, its characters code points, its groups numbered from
/// left to right. Matching is linear where .NET can do without backtracking, and bounded in time elsewhere.
/// </summary>
internal sealed class JavaRegex
{
    /// <summary>How long one text may take.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly Regex _regex;
    private readonly string _pattern;

    /// <summary>Translates a pattern.</summary>
    /// <exception cref="ArgumentException">It is malformed, or holds what is not supported; names the place.</exception>
    public JavaRegex(string pattern, bool ignoreCase = false)
    {
        _pattern = pattern;
        _regex = Compile(new JavaRegexTranslation(pattern, ignoreCase).Translate());
    }

    /// <summary>The first match.</summary>
    public Match Match(string text) => Bounded(() => _regex.Match(text));

    /// <summary>All matches, from left to right, that do not overlap.</summary>
    public IReadOnlyList<Match> Matches(string text) => Bounded(() => _regex.Matches(text).ToArray());

    /// <summary>Java's <c>split</c>: the ranges between matches; no empty ones at the end, and none before an empty match at the start.</summary>
    public List<(int Start, int End)> Split(string text)
    {
        List<(int Start, int End)> parts = [];
        int start = 0;
        foreach (Match match in Matches(text))
        {
            // Java leaves out an empty match at the start, and one at the end, behind which nothing is.
            if (match.Length == 0 && (match.Index == 0 || match.Index >= text.Length))
                continue;
            parts.Add((start, match.Index));
            start = match.Index + match.Length;
        }
        if (parts.Count == 0)
            return [(0, text.Length)];
        parts.Add((start, text.Length));
        while (parts.Count > 0 && parts[^1].Start == parts[^1].End)
            parts.RemoveAt(parts.Count - 1);
        return parts;
    }

    private static Regex Compile(string pattern)
    {
        const RegexOptions options = RegexOptions.CultureInvariant;
        try
        {
            return new Regex(pattern, options | RegexOptions.NonBacktracking, Limit);
        }
        catch (NotSupportedException)
        {
            // Looks around, back references and atomic groups need backtracking.
            return new Regex(pattern, options, Limit);
        }
    }

    private T Bounded<T>(Func<T> match)
    {
        try
        {
            return match();
        }
        catch (RegexMatchTimeoutException e)
        {
            throw new InvalidOperationException(
                $"the pattern '{_pattern}' takes longer than {Limit.TotalSeconds} s on a text of {e.Input.Length} characters", e);
        }
    }
}
