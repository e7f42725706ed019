namespace AlbertNative.Evaluation;

/// <summary>How far a metric would move on another sample of the same size: the percentile bootstrap (Efron).</summary>
/// <param name="Low">2.5 % of the draws lie below.</param>
/// <param name="High">2.5 % of the draws lie above.</param>
public readonly record struct BootstrapInterval(double Low, double High)
{
    /// <summary>The 95 % interval.</summary>
    /// <param name="examples">How many examples the metric is of.</param>
    /// <param name="metric">The metric of a sample, given as indices of examples, some of which come more than once.</param>
    /// <param name="draws">How many samples to draw.</param>
    /// <param name="seed">The same seed gives the same interval.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no examples, or no draws.</exception>
    public static BootstrapInterval Of(int examples, Func<IReadOnlyList<int>, double> metric, int draws = 1000, int seed = 42)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(examples);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(draws);
        Random random = new(seed);
        int[] sample = new int[examples];
        double[] values = new double[draws];
        for (int draw = 0; draw < draws; draw++)
        {
            for (int i = 0; i < examples; i++)
                sample[i] = random.Next(examples);
            values[draw] = metric(sample);
        }
        Array.Sort(values);
        return new(Percentile(values, 0.025), Percentile(values, 0.975));
    }

    /// <summary>The interval of the micro F1 of examples' counts: 2 Σ correct / Σ (predicted + true).</summary>
    /// <param name="correct">What each example has right.</param>
    /// <param name="both">What each example has predicted and what is true of it, together.</param>
    /// <param name="draws">How many samples to draw.</param>
    /// <param name="seed">The same seed gives the same interval.</param>
    /// <exception cref="ArgumentException">The lists differ in length.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are no examples, or no draws.</exception>
    public static BootstrapInterval OfF1(IReadOnlyList<int> correct, IReadOnlyList<int> both, int draws = 1000, int seed = 42)
    {
        Pairs.RequireEqualLength(correct, both, nameof(both));
        return Of(correct.Count, sample =>
        {
            long right = 0, all = 0;
            foreach (int i in sample)
                (right, all) = (right + correct[i], all + both[i]);
            return Scores.Ratio(2.0 * right, all);
        }, draws, seed);
    }

    private static double Percentile(double[] sorted, double share)
    {
        double position = share * (sorted.Length - 1);
        int below = (int)position;
        double next = sorted[Math.Min(below + 1, sorted.Length - 1)];
        return sorted[below] + (position - below) * (next - sorted[below]);
    }
}
