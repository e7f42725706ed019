using AlbertNative.Annotations.Java;

namespace AlbertNative.Annotations;

/// <summary>Cuts tokens again at a pattern, or at some characters; these are lost.</summary>
/// <param name="pattern">A regular expression, which comes first; null for none.</param>
/// <param name="characters">Characters, each as a regular expression.</param>
/// <param name="slipping">Whether what is behind a token that ended with a separator begins too early by that, as in Spark NLP.</param>
internal sealed class TokenSplitting(string? pattern, IReadOnlyList<string> characters, bool slipping)
{
    private readonly JavaRegex? _pattern = pattern is null ? null : new JavaRegex(pattern);
    private readonly JavaRegex? _characters = characters.Count == 0 ? null : new JavaRegex(string.Join('|', characters));

    /// <summary>Adds the parts of a group that begins at a place of its candidate, and moves the place behind them; false where it stays whole.</summary>
    public bool TryAdd(List<TokenPart> parts, string candidate, string group, ref int at)
    {
        if (group.Length == 0)
            return false;
        List<(int Start, int End)>? cuts = _pattern?.Split(group) is { Count: > 1 } byPattern ? byPattern : null;
        if (cuts is null && _characters is not null && characters.Any(c => group.Contains(c, StringComparison.Ordinal)))
            cuts = _characters.Split(group);
        if (cuts is null)
            return false;

        int start = at;
        foreach ((int from, int to) in cuts)
        {
            string part = group[from..to];
            int begin = slipping ? candidate.IndexOf(part, at, StringComparison.Ordinal) : start + from;
            parts.Add(new TokenPart(part, begin));
            at = begin + part.Length;
        }
        if (!slipping)
            at = start + group.Length;
        return true;
    }
}
