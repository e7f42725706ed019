namespace AlbertNative.Cli;

/// <summary>What a mistyped word may have been meant for.</summary>
internal static class Suggestion
{
    /// <summary>A question to put after a message, or nothing where no known word is near.</summary>
    public static string For(string word, IEnumerable<string> known)
    {
        (string Word, int Distance) nearest = known.Select(other => (Word: other, Distance: Distance(word, other))).MinBy(other => other.Distance);
        return nearest.Distance <= Math.Max(1, nearest.Word.Length / 3) ? $"; did you mean {nearest.Word}?" : "";
    }

    /// <summary>
    /// The fewest letters to insert, delete, replace or swap with their neighbour (optimal string alignment) that make
    /// one word of the other; a word of more than twice the other's length is far from it, and is not looked at.
    /// </summary>
    public static int Distance(string word, string known)
    {
        if (word.Length > 2 * known.Length)
            return int.MaxValue;
        int[,] distance = new int[word.Length + 1, known.Length + 1];
        for (int i = 0; i <= word.Length; i++)
        {
            for (int j = 0; j <= known.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    distance[i, j] = i + j;
                    continue;
                }
                int replaced = distance[i - 1, j - 1] + (word[i - 1] == known[j - 1] ? 0 : 1);
                int best = Math.Min(replaced, 1 + Math.Min(distance[i - 1, j], distance[i, j - 1]));
                bool swapped = i > 1 && j > 1 && word[i - 1] == known[j - 2] && word[i - 2] == known[j - 1];
                distance[i, j] = swapped ? Math.Min(best, distance[i - 2, j - 2] + 1) : best;
            }
        }
        return distance[word.Length, known.Length];
    }
}
