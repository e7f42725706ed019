using AlbertNative.Tokenization;

namespace AlbertNative;

/// <summary>Which tokens a caller's words became.</summary>
internal static class WordTokens
{
    /// <summary>The tokens of each of <paramref name="wordCount"/> words, in order; none for a word that became nothing.</summary>
    public static List<int>[] Of(Encoding encoding, int wordCount)
    {
        List<int>[] tokens = new List<int>[wordCount];
        for (int word = 0; word < wordCount; word++)
            tokens[word] = [];
        for (int token = 0; token < encoding.Count; token++)
        {
            if (encoding.WordIndices[token] >= 0)
                tokens[encoding.WordIndices[token]].Add(token);
        }
        return tokens;
    }
}
