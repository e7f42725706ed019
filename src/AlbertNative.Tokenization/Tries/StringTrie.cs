namespace AlbertNative.Tokenization.Tries;

/// <summary>Builds tries of strings, some of which may be equal, empty or null.</summary>
internal static class StringTrie
{
    /// <summary>The trie from each string that has characters to its index.</summary>
    /// <param name="texts">The strings.</param>
    /// <param name="lastCounts">Whether of equal strings the last one counts, or the first.</param>
    /// <returns>The trie, or null where there is no string.</returns>
    /// <exception cref="FormatException">They are too many.</exception>
    public static PieceTrie? Build(string?[] texts, bool lastCounts)
    {
        Dictionary<string, int> indices = new(texts.Length, StringComparer.Ordinal);
        int length = 0;
        for (int i = 0; i < texts.Length; i++)
        {
            if (texts[i] is not { Length: > 0 } text)
                continue;
            if (indices.TryAdd(text, i))
                length += text.Length;
            else if (lastCounts)
                indices[text] = i;
        }
        if (indices.Count == 0)
            return null;
        char[] all = new char[length];
        int[] ends = new int[indices.Count], values = new int[indices.Count];
        int count = 0, end = 0;
        foreach ((string text, int index) in indices)
        {
            text.CopyTo(all.AsSpan(end));
            ends[count] = end += text.Length;
            values[count++] = index;
        }
        return PieceTrie.Build(all, ends, values);
    }
}
