using AlbertNative.Tokenization.Unicode;

namespace AlbertNative.Tokenization.Fast.PreTokenizers;

/// <summary>Splits at white space and drops it.</summary>
internal sealed class WhitespaceSplitPreTokenizer : PreTokenizer
{
    public override string ToString() => "WhitespaceSplit";

    public override void Apply(AlignedText text, SplitList splits)
    {
        ReadOnlySpan<char> chars = text.Chars;
        foreach (Split split in splits.Splits)
        {
            if (split.IsToken)
            {
                splits.Add(split);
                continue;
            }
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
        splits.Commit();
    }

    public override SplitRole RoleOf(char character) =>
        UnicodeData.IsWhiteSpace(character) ? SplitRole.Dropped : SplitRole.Inside;
}
