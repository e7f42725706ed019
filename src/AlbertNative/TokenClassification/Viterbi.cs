namespace AlbertNative;

/// <summary>The best sequence of labels under scores of tokens and of transitions (Viterbi, 1967).</summary>
public static class Viterbi
{
    /// <summary>
    /// The labels with the largest start(y₁) + Σ emission(t, yₜ) + Σ between(yₜ₋₁, yₜ) + end(yₙ). Of equal sequences
    /// the one whose last differing label is the lower.
    /// </summary>
    /// <param name="emissions">Tokens × labels, row-major; none of them NaN.</param>
    /// <param name="scores">The transitions; −∞ forbids one.</param>
    /// <exception cref="ArgumentException">The emissions are no whole number of rows, or every sequence is forbidden.</exception>
    public static int[] Decode(ReadOnlySpan<double> emissions, TransitionScores scores)
    {
        int labels = scores.Count;
        if (labels == 0 || emissions.Length % labels != 0)
            throw new ArgumentException($"{emissions.Length} scores are no rows of {labels} labels.", nameof(emissions));
        int length = emissions.Length / labels;
        if (length == 0)
            return [];
        double[] best = new double[labels], next = new double[labels];
        int[] from = new int[emissions.Length];
        for (int label = 0; label < labels; label++)
            best[label] = scores.Start[label] + emissions[label];
        for (int token = 1; token < length; token++)
        {
            for (int label = 0; label < labels; label++)
            {
                int previous = 0;
                for (int candidate = 1; candidate < labels; candidate++)
                {
                    if (best[candidate] + scores.Between[candidate * labels + label] > best[previous] + scores.Between[previous * labels + label])
                        previous = candidate;
                }
                from[token * labels + label] = previous;
                next[label] = best[previous] + scores.Between[previous * labels + label] + emissions[token * labels + label];
            }
            (best, next) = (next, best);
        }
        return Trace(best, from, length, scores);
    }

    private static int[] Trace(double[] best, int[] from, int length, TransitionScores scores)
    {
        int last = 0;
        for (int label = 1; label < scores.Count; label++)
        {
            if (best[label] + scores.End[label] > best[last] + scores.End[last])
                last = label;
        }
        if (double.IsNegativeInfinity(best[last] + scores.End[last]))
            throw new ArgumentException("The transitions forbid every sequence of this length.", nameof(scores));
        int[] labels = new int[length];
        for (int token = length - 1; token >= 0; token--)
        {
            labels[token] = last;
            last = from[token * scores.Count + last];
        }
        return labels;
    }
}
