using AlbertNative.Tokenization.Unicode;

namespace AlbertNative.Tokenization.Fast.PreTokenizers;

/// <summary>Splits at every character of a kind.</summary>
/// <param name="behavior">What becomes of those characters.</param>
internal abstract class CharacterSplitPreTokenizer(SplitBehavior behavior) : SplittingPreTokenizer
{
    public sealed override SplitRole RoleOf(char character)
    {
        if (char.IsSurrogate(character) || !Matches(character))
            return SplitRole.Inside;
        return behavior switch
        {
            SplitBehavior.Removed => SplitRole.Dropped,
            SplitBehavior.Isolated => SplitRole.Alone,
            _ => SplitRole.Inside,
        };
    }

    /// <summary>Whether the text is split at a code point.</summary>
    protected abstract bool Matches(int codePoint);

    protected sealed override void Apply(ReadOnlySpan<char> chars, Split split, SplitList splits)
    {
        int start = split.Start;
        bool? before = null;
        for (int i = start; i < split.End;)
        {
            bool matches = Matches(CodePoints.Read(chars, i, out int length));
            if (before is bool last && Parts(last, matches))
            {
                Add(splits, start, i, last);
                start = i;
            }
            before = matches;
            i += length;
        }
        Add(splits, start, split.End, before == true);
    }

    /// <summary>Whether a split ends between two characters.</summary>
    /// <param name="before">Whether the left one is of the kind.</param>
    /// <param name="after">Whether the right one is.</param>
    private bool Parts(bool before, bool after) => behavior switch
    {
        SplitBehavior.Contiguous => before != after,
        SplitBehavior.MergedWithPrevious => before,
        SplitBehavior.MergedWithNext => after,
        _ => before || after,
    };

    private void Add(SplitList splits, int start, int end, bool matches)
    {
        if (!matches || behavior != SplitBehavior.Removed)
            splits.Add(new Split(start, end, -1));
    }
}
