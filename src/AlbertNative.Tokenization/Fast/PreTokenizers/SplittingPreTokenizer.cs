namespace AlbertNative.Tokenization.Fast.PreTokenizers;

/// <summary>A pre-tokenizer that leaves the text as it is.</summary>
internal abstract class SplittingPreTokenizer : PreTokenizer
{
    public sealed override void Apply(AlignedText text, SplitList splits)
    {
        foreach (Split split in splits.Splits)
        {
            if (split.IsToken)
                splits.Add(split);
            else
                Apply(text.Chars, split, splits);
        }
        splits.Commit();
    }

    /// <summary>Appends what a split, which is no added token, is split into.</summary>
    /// <param name="chars">The whole text.</param>
    /// <param name="split">The split.</param>
    /// <param name="splits">Where to.</param>
    protected abstract void Apply(ReadOnlySpan<char> chars, Split split, SplitList splits);
}
