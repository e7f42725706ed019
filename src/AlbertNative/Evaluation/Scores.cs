namespace AlbertNative.Evaluation;

/// <summary>Precision, recall and F1, and the number of true items that they speak of.</summary>
/// <param name="Precision">Correct among predicted; 0 where nothing was predicted.</param>
/// <param name="Recall">Correct among true; 0 where nothing is true.</param>
/// <param name="F1">Their harmonic mean; 0 where both are 0.</param>
/// <param name="Support">The number of true items.</param>
public readonly record struct Scores(double Precision, double Recall, double F1, int Support)
{
    /// <summary>A quotient, 0 where it is 0/0: scikit-learn's <c>zero_division=0</c>.</summary>
    internal static double Ratio(double numerator, double denominator) => denominator == 0 ? 0 : numerator / denominator;

    /// <summary>2TP / (2TP + FP + FN).</summary>
    internal static Scores Of(int correct, int predicted, int support) =>
        new(Ratio(correct, predicted), Ratio(correct, support), Ratio(2.0 * correct, (double)predicted + support), support);

    /// <summary>
    /// 2PR / (P + R): the same number as <see cref="Of"/>'s F1, rounded as seqeval rounds it.
    /// </summary>
    internal static double Harmonic(double precision, double recall) => Ratio(2 * precision * recall, precision + recall);

    /// <summary>The scores of the summed counts.</summary>
    internal static Scores Micro(IReadOnlyCollection<LabelScores> labels) =>
        Of(labels.Sum(l => l.Correct), labels.Sum(l => l.Predicted), labels.Sum(l => l.Support));

    /// <summary>The plain mean over the labels.</summary>
    internal static Scores Macro(IReadOnlyCollection<LabelScores> labels) => Mean(labels, _ => 1);

    /// <summary>The mean over the labels weighted by their support; 0 where there is none.</summary>
    internal static Scores Weighted(IReadOnlyCollection<LabelScores> labels) => Mean(labels, l => l.Support);

    private static Scores Mean(IReadOnlyCollection<LabelScores> labels, Func<LabelScores, double> weight)
    {
        double total = labels.Sum(weight);
        double Of(Func<LabelScores, double> value) => Ratio(labels.Sum(l => weight(l) * value(l)), total);
        return new(Of(l => l.Precision), Of(l => l.Recall), Of(l => l.F1), labels.Sum(l => l.Support));
    }
}
