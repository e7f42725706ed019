namespace AlbertNative.Training;

/// <summary>
/// The choice of what to mask in n-grams of whole words (Lan et al., arXiv:1909.11942, section 3.1, after SpanBERT):
/// n words with probability (1/n) / Σ 1/k, n at most 3.
/// </summary>
internal static class NGramChoice
{
    private const int MaxWords = 3;

    /// <summary>
    /// Runs of tokens, in order, none touching or overlapping another's words, of as many tokens as
    /// <paramref name="probability"/> of those that are no special tokens (at least one).
    /// </summary>
    /// <param name="words">The word of each token; negative for special tokens. Equal numbers side by side are one word.</param>
    /// <param name="probability">The share of tokens to choose.</param>
    /// <param name="random">The draws.</param>
    public static List<Range> Choose(ReadOnlySpan<int> words, double probability, PhiloxStream random)
    {
        List<(int Start, int End, bool Follows)> list = Words(words, out int tokens);
        int budget = Math.Min(tokens, Math.Max(1, (int)Math.Round(tokens * probability)));
        int[] order = [.. Enumerable.Range(0, list.Count)];
        random.Shuffle<int>(order);
        bool[] taken = new bool[list.Count];
        List<Range> runs = [];
        foreach (int first in order)
        {
            if (budget == 0)
                break;
            int count = Draw(random);
            // A run that would be too long, leave its segment or meet another one shrinks.
            int fitting = 0;
            while (fitting < count && first + fitting < list.Count && !taken[first + fitting]
                && (fitting == 0 || list[first + fitting].Follows) && list[first + fitting].End - list[first].Start <= budget)
                fitting++;
            if (fitting == 0)
                continue;
            for (int word = first; word < first + fitting; word++)
                taken[word] = true;
            Range run = list[first].Start..list[first + fitting - 1].End;
            runs.Add(run);
            budget -= run.End.Value - run.Start.Value;
        }
        runs.Sort((a, b) => a.Start.Value.CompareTo(b.Start.Value));
        return runs;
    }

    private static int Draw(PhiloxStream random)
    {
        double at = random.NextDouble() * Enumerable.Range(1, MaxWords).Sum(n => 1.0 / n);
        int count = 1;
        while (count < MaxWords && at >= 1.0 / count)
            at -= 1.0 / count++;
        return count;
    }

    private static List<(int Start, int End, bool Follows)> Words(ReadOnlySpan<int> words, out int tokens)
    {
        List<(int Start, int End, bool Follows)> list = [];
        tokens = 0;
        for (int start = 0, end; start < words.Length; start = end)
        {
            for (end = start + 1; end < words.Length && words[end] == words[start]; end++) { }
            if (words[start] < 0)
                continue;
            list.Add((start, end, start > 0 && words[start - 1] >= 0));
            tokens += end - start;
        }
        return list;
    }
}
