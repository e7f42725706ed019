using AlbertNative.Evaluation;

namespace AlbertNative.Training;

/// <summary>Judges predicted numbers: regression, and the similarity of sentences.</summary>
public static class ScoreEvaluation
{
    /// <summary>Compares numbers.</summary>
    /// <param name="texts">The texts or pairs, whose one label is the right number.</param>
    /// <param name="truth">Those numbers.</param>
    /// <param name="predicted">As many predictions.</param>
    /// <param name="similarity">Whether the headline is Spearman's correlation, as for similarities, which need not be on the same scale.</param>
    /// <param name="bootstrap">Whether to draw the interval of the headline.</param>
    /// <exception cref="ArgumentException">The lists are empty or differ in length.</exception>
    public static EvaluationSummary Of(
        IReadOnlyList<LabelledText> texts, IReadOnlyList<double> truth, IReadOnlyList<double> predicted, bool similarity, bool bootstrap = false)
    {
        RegressionScores scores = RegressionScores.Of(truth, predicted);
        List<KeyValuePair<string, double>> metrics = [new("spearman", scores.Spearman), new("pearson", scores.Pearson)];
        if (!similarity)
            metrics = [new("pearson", scores.Pearson), new("spearman", scores.Spearman), new("mse", scores.MeanSquaredError), new("mae", scores.MeanAbsoluteError), new("r2", scores.RSquared)];
        Func<IReadOnlyList<double>, IReadOnlyList<double>, double> headline = similarity ? Correlation.Spearman : Correlation.Pearson;
        return new()
        {
            Examples = truth.Count,
            Metrics = metrics,
            Interval = bootstrap ? BootstrapInterval.Of(truth.Count, sample => headline([.. sample.Select(i => truth[i])], [.. sample.Select(i => predicted[i])])) : null,
            Errors = similarity ? [] : Errors(texts, truth, predicted),
        };
    }

    private static List<EvaluationError> Errors(IReadOnlyList<LabelledText> texts, IReadOnlyList<double> truth, IReadOnlyList<double> predicted) =>
    [
        .. Enumerable.Range(0, truth.Count).OrderByDescending(i => Math.Abs(truth[i] - predicted[i]))
            .Where(i => truth[i] != predicted[i]).Take(EvaluationSummary.ShownErrors)
            .Select(i => new EvaluationError(texts[i].Line, Number(truth[i]), Number(predicted[i]), null, texts[i].Text)),
    ];

    private static string Number(double value) => value.ToString("G6", System.Globalization.CultureInfo.InvariantCulture);
}
