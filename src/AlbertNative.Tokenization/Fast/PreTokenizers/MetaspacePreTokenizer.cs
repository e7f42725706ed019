namespace AlbertNative.Tokenization.Fast.PreTokenizers;

/// <summary>Where <see cref="MetaspacePreTokenizer"/> puts its character before a split.</summary>
internal enum PrependScheme
{
    /// <summary>Before every split that does not begin with it.</summary>
    Always,

    /// <summary>Only before the split at the start of the caller's text.</summary>
    First,

    /// <summary>Nowhere.</summary>
    Never,
}

/// <summary>Writes spaces as a visible character and starts a new split at each.</summary>
/// <param name="replacement">The visible character, <c>▁</c> by custom.</param>
/// <param name="scheme">Where it is also put in front.</param>
/// <param name="split">Whether to split at all.</param>
internal sealed class MetaspacePreTokenizer(char replacement, PrependScheme scheme, bool split) : PreTokenizer
{
    public override bool DependsOnPosition => scheme == PrependScheme.First;

    public override string ToString() => $"Metaspace '{replacement}' {scheme}{(split ? " split" : "")}";

    public override void Apply(AlignedText text, SplitList splits)
    {
        text.Begin();
        foreach (Split old in splits.Splits)
        {
            text.SkipTo(old.Start);
            int start = text.NewLength;
            if (old.IsToken)
            {
                text.CopyTo(old.End);
                splits.Add(new Split(start, text.NewLength, old.TokenId));
                continue;
            }
            char first = text.Chars[old.Start];
            TextSpan span = text.Spans[old.Start];
            bool prepends = scheme == PrependScheme.Always || (scheme == PrependScheme.First && span.Start == 0);
            if (prepends && first != ' ' && first != replacement)
                text.Append(replacement, span);
            text.CopyTo(old.End);
            SplitWords(text.NewChars[start..], start, splits);
        }
        text.Commit();
        splits.Commit();
    }

    public override SplitRole RoleOf(char character) =>
        split && (character == ' ' || character == replacement) ? SplitRole.Starts : SplitRole.Inside;

    private void SplitWords(Span<char> chars, int start, SplitList splits)
    {
        chars.Replace(' ', replacement);
        int from = 0;
        while (split)
        {
            int next = chars[(from + 1)..].IndexOf(replacement);
            if (next < 0)
                break;
            splits.Add(new Split(start + from, start + from + 1 + next, -1));
            from += 1 + next;
        }
        splits.Add(new Split(start + from, start + chars.Length, -1));
    }
}
