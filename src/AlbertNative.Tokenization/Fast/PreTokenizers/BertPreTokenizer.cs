using AlbertNative.Tokenization.Unicode;

namespace AlbertNative.Tokenization.Fast.PreTokenizers;

/// <summary>Splits at white space, which is dropped, and makes each punctuation mark a split of its own.</summary>
/// <param name="semantics">Whose idea of the two.</param>
internal sealed class BertPreTokenizer(TokenizerSemantics semantics = TokenizerSemantics.Fast) : SplittingPreTokenizer
{
    public override string ToString() => "BertPreTokenizer";

    protected override void Apply(ReadOnlySpan<char> chars, Split split, SplitList splits)
    {
        int start = split.Start, length;
        for (int i = start; i < split.End; i += length)
        {
            BertTraits traits = BertCharacters.Of(CodePoints.Read(chars, i, out length), semantics);
            if ((traits & (BertTraits.WhiteSpace | BertTraits.Punctuation)) == 0)
                continue;
            splits.Add(new Split(start, i, -1));
            if ((traits & BertTraits.Punctuation) != 0)
                splits.Add(new Split(i, i + length, -1));
            start = i + length;
        }
        splits.Add(new Split(start, split.End, -1));
    }

    public override SplitRole RoleOf(char character)
    {
        if (char.IsSurrogate(character))
            return SplitRole.Inside;
        BertTraits traits = BertCharacters.Of(character, semantics);
        if ((traits & BertTraits.WhiteSpace) != 0)
            return SplitRole.Dropped;
        return (traits & BertTraits.Punctuation) != 0 ? SplitRole.Alone : SplitRole.Inside;
    }
}
