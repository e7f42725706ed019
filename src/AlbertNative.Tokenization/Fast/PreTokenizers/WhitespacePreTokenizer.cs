using AlbertNative.Tokenization.Unicode;

namespace AlbertNative.Tokenization.Fast.PreTokenizers;

/// <summary>Splits at white space, which is dropped, and between word characters and others: <c>\w+|[^\w\s]+</c>.</summary>
internal sealed class WhitespacePreTokenizer : SplittingPreTokenizer
{
    private enum Kind
    {
        Space,
        Word,
        Other,
    }

    public override string ToString() => "Whitespace";

    protected override void Apply(ReadOnlySpan<char> chars, Split split, SplitList splits)
    {
        int start = split.Start, length;
        Kind kind = Kind.Space;
        for (int i = start; i < split.End; i += length)
        {
            Kind next = KindOf(CodePoints.Read(chars, i, out length));
            if (next == kind)
                continue;
            if (kind != Kind.Space)
                splits.Add(new Split(start, i, -1));
            (start, kind) = (i, next);
        }
        if (kind != Kind.Space)
            splits.Add(new Split(start, split.End, -1));
    }

    public override SplitRole RoleOf(char character) =>
        UnicodeData.IsWhiteSpace(character) ? SplitRole.Dropped : SplitRole.Inside;

    private static Kind KindOf(int codePoint)
    {
        if (UnicodeData.IsWhiteSpace(codePoint))
            return Kind.Space;
        return WordCharacters.Contains(codePoint) ? Kind.Word : Kind.Other;
    }
}
