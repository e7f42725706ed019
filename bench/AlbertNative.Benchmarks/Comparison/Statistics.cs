namespace AlbertNative.Benchmarks;

/// <summary>What stands for several measurements of one thing.</summary>
internal static class Statistics
{
    /// <summary>The value in the middle; of an even number, the mean of the two there.</summary>
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    public static double GeometricMean(IReadOnlyCollection<double> values) => Math.Exp(values.Sum(Math.Log) / values.Count);
}
