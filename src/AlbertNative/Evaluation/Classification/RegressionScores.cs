namespace AlbertNative.Evaluation;

/// <summary>How near predicted numbers come to the true ones.</summary>
/// <param name="Pearson">Pearson's correlation; NaN where either side is constant.</param>
/// <param name="Spearman">Spearman's rank correlation; NaN where either side is constant.</param>
/// <param name="MeanSquaredError">The mean of the squared differences.</param>
/// <param name="MeanAbsoluteError">The mean of the absolute differences.</param>
/// <param name="RSquared">
/// The share of the variance explained, 1 − Σ(y − ŷ)² / Σ(y − ȳ)². Where the truth is constant, 1 for a perfect prediction,
/// else 0, as in scikit-learn.
/// </param>
public sealed record RegressionScores(
    double Pearson, double Spearman, double MeanSquaredError, double MeanAbsoluteError, double RSquared)
{
    /// <summary>Compares two lists of numbers.</summary>
    /// <exception cref="ArgumentException">The lists are empty or differ in length.</exception>
    public static RegressionScores Of(IReadOnlyList<double> truth, IReadOnlyList<double> predicted)
    {
        Pairs.RequireEqualLength(truth, predicted, nameof(predicted));
        if (truth.Count == 0)
            throw new ArgumentException("There is nothing to compare.", nameof(truth));
        double mean = truth.Average();
        double variance = 0, squared = 0, absolute = 0;
        for (int i = 0; i < truth.Count; i++)
        {
            double error = truth[i] - predicted[i];
            variance += (truth[i] - mean) * (truth[i] - mean);
            squared += error * error;
            absolute += Math.Abs(error);
        }
        double unexplained = variance != 0 ? squared / variance : squared == 0 ? 0 : 1;
        return new(
            Correlation.Pearson(truth, predicted), Correlation.Spearman(truth, predicted),
            squared / truth.Count, absolute / truth.Count, 1 - unexplained);
    }
}
