using AlbertNative.Tokenization.SentencePiece;

namespace AlbertNative.Tokenization.Fast;

/// <summary>Builds tries of strings in any order, some of which may be equal.</summary>
internal static class StringTrie
{
    /// <summary>The trie from each string that is not empty to its index.</summary>
    /// <param name="texts">The strings.</param>
    /// <param name="lastCounts">Whether of equal strings the last one counts, or the first.</param>
    /// <returns>The trie, or null where there is no string.</returns>
    /// <exception cref="FormatException">They are too many.</exception>
    public static PieceTrie? Build(string[] texts, bool lastCounts)
    {
        int[] order = [.. Enumerable.Range(0, texts.Length).Where(i => texts[i].Length > 0)];
        order.AsSpan().Sort((a, b) =>
        {
            int byText = string.CompareOrdinal(texts[a], texts[b]);
            return byText != 0 ? byText : lastCounts ? b.CompareTo(a) : a.CompareTo(b);
        });
        int length = 0, count = 0;
        foreach (int index in order)
        {
            if (count == 0 || texts[order[count - 1]] != texts[index])
            {
                order[count++] = index;
                length += texts[index].Length;
            }
        }
        if (count == 0)
            return null;
        char[] text = new char[length];
        int[] ends = new int[count];
        for (int i = 0, end = 0; i < count; i++)
        {
            texts[order[i]].CopyTo(text.AsSpan(end));
            ends[i] = end += texts[order[i]].Length;
        }
        try
        {
            return PieceTrie.Build(text, ends, order.AsSpan(0, count));
        }
        catch (ArgumentException e)
        {
            throw new FormatException(e.Message, e);
        }
    }
}
