using AlbertNative.Tokenization.Unicode;

namespace AlbertNative.Tokenization.Fast.PreTokenizers;

/// <summary>Splits at white space and drops it.</summary>
internal sealed class WhitespaceSplitPreTokenizer : SplittingPreTokenizer
{
    public override string ToString() => "WhitespaceSplit";

    protected override void Apply(ReadOnlySpan<char> chars, Split split, SplitList splits)
    {
        int start = split.Start;
        for (int i = start; i < split.End; i++)
        {
            // White space lies in the BMP.
            if (!UnicodeData.IsWhiteSpace(chars[i]))
                continue;
            splits.Add(new Split(start, i, -1));
            start = i + 1;
        }
        splits.Add(new Split(start, split.End, -1));
    }

    public override SplitRole RoleOf(char character) =>
        UnicodeData.IsWhiteSpace(character) ? SplitRole.Dropped : SplitRole.Inside;
}
