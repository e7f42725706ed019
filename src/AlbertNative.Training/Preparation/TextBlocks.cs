namespace AlbertNative.Training;

/// <summary>Texts joined and cut into blocks of one length, as Hugging Face's <c>run_mlm</c> does it.</summary>
internal static class TextBlocks
{
    /// <summary>How many texts are joined at a time.</summary>
    private const int GroupSize = 1000;

    /// <summary>
    /// The blocks of <paramref name="texts"/>, each with its special tokens. What is left at the end of a group of 1,000
    /// texts is dropped, unless the group is shorter than one block and so becomes one.
    /// </summary>
    /// <param name="texts">The encoded texts' tokens.</param>
    /// <param name="length">The tokens of a block.</param>
    public static IEnumerable<int[]> Cut(IEnumerable<int[]> texts, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        foreach (int[][] group in texts.Chunk(GroupSize))
        {
            int[] joined = [.. group.SelectMany(text => text)];
            if (joined.Length is > 0 && joined.Length < length)
                yield return joined;
            for (int start = 0; start + length <= joined.Length; start += length)
                yield return joined[start..(start + length)];
        }
    }
}
