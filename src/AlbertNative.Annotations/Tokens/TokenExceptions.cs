using System.Text.RegularExpressions;
using AlbertNative.Annotations.Java;

namespace AlbertNative.Annotations;

/// <summary>Where a sentence holds exceptions, which stay in one piece with all that is glued to them.</summary>
internal sealed class TokenExceptions
{
    private readonly List<(int Start, int End)> _spaced = [];
    private readonly HashSet<string> _words = new(StringComparer.Ordinal);
    private int _next;

    public TokenExceptions(JavaRegex pattern, string text, CodePointSet breaks)
    {
        foreach (Match match in pattern.Matches(text))
        {
            if (match.Value.EnumerateRunes().Any(rune => breaks.Contains(rune.Value)))
                _spaced.Add((match.Index, match.Index + match.Length));
            else
                _words.Add(match.Value);
        }
    }

    /// <summary>Whether a character belongs to an exception that holds white space. Asked from left to right.</summary>
    public bool Covers(int index)
    {
        while (_next < _spaced.Count && _spaced[_next].End <= index)
            _next++;
        return _next < _spaced.Count && _spaced[_next].Start <= index;
    }

    /// <summary>Whether a candidate holds an exception with white space, or is one without.</summary>
    public bool Protects(int start, int end, string candidate)
    {
        int first = _spaced.BinarySearch((start, int.MinValue));
        first = first < 0 ? ~first : first;
        return (first < _spaced.Count && _spaced[first].Start < end)
            || (first > 0 && _spaced[first - 1].End > start)
            || _words.Contains(candidate);
    }
}
