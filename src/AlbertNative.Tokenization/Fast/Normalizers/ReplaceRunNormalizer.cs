namespace AlbertNative.Tokenization.Fast.Normalizers;

/// <summary>
/// Replaces runs of one character: the regular expressions <c>c+</c> and <c>c{n,}</c>, which is what tokenizers use
/// them for, without an engine.
/// </summary>
/// <param name="character">The character, not a surrogate.</param>
/// <param name="minimum">The shortest run that is replaced, at least 1.</param>
/// <param name="content">What to put in its place.</param>
internal sealed class ReplaceRunNormalizer(char character, int minimum, string content) : Normalizer
{
    private readonly Coupling _coupling = content is [char only] && only == character ? Coupling.Run : Coupling.Pattern;

    public override string ToString() => $"Replace /{character}{{{minimum},}}/ by '{content}'";

    public override void Apply(AlignedText text)
    {
        ReadOnlySpan<char> chars = text.Chars;
        int start = NextRun(chars, 0, out int length);
        if (start < 0)
            return;
        text.Begin();
        for (; start >= 0; start = NextRun(chars, start + length, out length))
        {
            text.CopyTo(start);
            text.SkipTo(start + length);
            text.Insert(content);
        }
        text.CommitWithRest();
    }

    public override Coupling CouplingOf(ReadOnlySpan<char> chars) => chars.Contains(character) ? _coupling : Coupling.None;

    private int NextRun(ReadOnlySpan<char> chars, int from, out int length)
    {
        while (from < chars.Length)
        {
            int start = chars[from..].IndexOf(character);
            if (start < 0)
                break;
            start += from;
            int end = chars[start..].IndexOfAnyExcept(character);
            length = end < 0 ? chars.Length - start : end;
            if (length >= minimum)
                return start;
            from = start + length;
        }
        length = 0;
        return -1;
    }
}
