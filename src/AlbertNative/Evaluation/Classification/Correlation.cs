namespace AlbertNative.Evaluation;

/// <summary>Correlation of two lists of numbers.</summary>
public static class Correlation
{
    /// <summary>Pearson's: the covariance over both standard deviations; NaN where either list is constant or has no two entries.</summary>
    /// <exception cref="ArgumentException">The lists differ in length.</exception>
    public static double Pearson(IReadOnlyList<double> first, IReadOnlyList<double> second)
    {
        Pairs.RequireEqualLength(first, second, nameof(second));
        if (IsConstant(first) || IsConstant(second))
            return double.NaN;
        double firstMean = first.Average();
        double secondMean = second.Average();
        double both = 0, firstSquares = 0, secondSquares = 0;
        for (int i = 0; i < first.Count; i++)
        {
            double a = first[i] - firstMean;
            double b = second[i] - secondMean;
            both += a * b;
            firstSquares += a * a;
            secondSquares += b * b;
        }
        return Math.Clamp(both / (Math.Sqrt(firstSquares) * Math.Sqrt(secondSquares)), -1, 1);
    }

    /// <summary>Spearman's: Pearson's of the ranks, equal numbers sharing the mean of theirs.</summary>
    /// <exception cref="ArgumentException">The lists differ in length.</exception>
    public static double Spearman(IReadOnlyList<double> first, IReadOnlyList<double> second)
    {
        Pairs.RequireEqualLength(first, second, nameof(second));
        return Pearson(Ranks(first), Ranks(second));
    }

    // Asked of the values: a mean that is rounded would leave a constant list a variance.
    private static bool IsConstant(IReadOnlyList<double> values) =>
        values.Count < 2 || values.Any(double.IsNaN) || values.All(value => value == values[0]);

    private static double[] Ranks(IReadOnlyList<double> values)
    {
        double[] ranks = new double[values.Count];
        if (values.Any(double.IsNaN))
        {
            Array.Fill(ranks, double.NaN);
            return ranks;
        }
        int[] order = [.. Enumerable.Range(0, values.Count).OrderBy(i => values[i])];
        for (int start = 0, end; start < order.Length; start = end)
        {
            for (end = start + 1; end < order.Length && values[order[end]] == values[order[start]]; end++) { }
            for (int i = start; i < end; i++)
                ranks[order[i]] = (start + end + 1) / 2.0;
        }
        return ranks;
    }
}
