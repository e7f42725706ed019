namespace AlbertNative.Tokenization.Fast.Normalizers;

/// <summary>Replaces every occurrence of a text, from left to right.</summary>
/// <param name="pattern">What to look for; not empty.</param>
/// <param name="content">What to put there.</param>
internal sealed class ReplaceNormalizer(string pattern, string content) : Normalizer
{
    public override string ToString() => $"Replace '{pattern}' by '{content}'";

    public override void Apply(AlignedText text)
    {
        ReadOnlySpan<char> chars = text.Chars;
        int at = chars.IndexOf(pattern);
        if (at < 0)
            return;
        text.Begin();
        int next;
        do
        {
            text.CopyTo(at);
            next = at + pattern.Length;
            text.SkipTo(next);
            text.Insert(content);
            at = next + chars[next..].IndexOf(pattern);
        }
        while (at >= next);
        text.CommitWithRest();
    }

    public override Coupling CouplingOf(ReadOnlySpan<char> chars) =>
        pattern.Length > 1 && chars.ContainsAny(pattern) ? Coupling.Pattern : Coupling.None;
}
