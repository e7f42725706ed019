using AlbertNative.Evaluation;

namespace AlbertNative.Training;

/// <summary>What was predicted of one text.</summary>
/// <param name="Labels">One label; of texts with any number of labels all of them.</param>
/// <param name="Confidence">Its probability; null where it is not known.</param>
public sealed record PredictedLabels(IReadOnlyList<string> Labels, double? Confidence = null);

/// <summary>Judges labels of texts.</summary>
public static class LabelEvaluation
{
    /// <summary>Compares predicted labels with the right ones. Where a text has none or several, each label is judged by itself.</summary>
    /// <param name="texts">The texts with their right labels.</param>
    /// <param name="predictions">As many predictions.</param>
    /// <param name="labels">All labels, to enter the means even where they do not occur; without it those that occur.</param>
    /// <param name="positiveLabel">The label that <c>f1</c> is of, where there are two; without it <c>1</c>, if it is one of them.</param>
    /// <param name="bootstrap">Whether to draw the interval of the headline.</param>
    /// <exception cref="ArgumentException">The lists differ in length, or a label is none of <paramref name="labels"/>.</exception>
    public static EvaluationSummary Of(
        IReadOnlyList<LabelledText> texts, IReadOnlyList<PredictedLabels> predictions, IReadOnlyList<string>? labels = null,
        string? positiveLabel = null, bool bootstrap = false)
    {
        if (texts.Count != predictions.Count)
            throw new ArgumentException($"There are {predictions.Count} predictions of {texts.Count} texts.", nameof(predictions));
        bool single = texts.All(text => text.Labels.Count == 1) && predictions.All(prediction => prediction.Labels.Count == 1);
        return single ? Single(texts, predictions, labels, positiveLabel, bootstrap) : Several(texts, predictions, labels, bootstrap);
    }

    /// <summary>Judges each label by itself, also where each text happens to have one.</summary>
    internal static EvaluationSummary OfSeveral(
        IReadOnlyList<LabelledText> texts, IReadOnlyList<PredictedLabels> predictions, IReadOnlyList<string> labels) =>
        Several(texts, predictions, labels, bootstrap: false);

    private static EvaluationSummary Single(
        IReadOnlyList<LabelledText> texts, IReadOnlyList<PredictedLabels> predictions, IReadOnlyList<string>? labels, string? positiveLabel, bool bootstrap)
    {
        string[] truth = [.. texts.Select(text => text.Labels[0])];
        string[] predicted = [.. predictions.Select(prediction => prediction.Labels[0])];
        ClassificationReport report = ClassificationReport.Of(truth, predicted, labels);
        List<KeyValuePair<string, double>> metrics =
        [
            new("accuracy", report.Accuracy),
            new("macro_f1", report.Macro.F1),
            new("weighted_f1", report.Weighted.F1),
            new("micro_f1", report.Micro.F1),
            new("macro_precision", report.Macro.Precision),
            new("macro_recall", report.Macro.Recall),
            new("matthews_correlation", report.Matthews),
        ];
        string? positive = positiveLabel ?? (report.Labels.Count == 2 && report.Labels.Any(label => label.Label == "1") ? "1" : null);
        if (positive is not null)
        {
            LabelScores of = report.Labels.FirstOrDefault(label => label.Label == positive)
                ?? throw new ArgumentException($"'{positive}' is none of the labels ({string.Join(", ", report.Labels.Select(label => label.Label))}).", nameof(positiveLabel));
            metrics.Add(new("f1", of.F1));
        }
        return new()
        {
            Examples = texts.Count,
            Metrics = metrics,
            Interval = bootstrap && texts.Count > 0
                ? BootstrapInterval.Of(texts.Count, sample => sample.Average(i => truth[i] == predicted[i] ? 1.0 : 0.0)) : null,
            Report = report.ToString(4),
            Labels = report.Labels,
            Confusion = report.Confusion,
            Errors = Errors(texts, predictions, (text, prediction) => text.Labels[0] != prediction.Labels[0]),
            Notes = Undefined(report.Labels),
        };
    }

    private static EvaluationSummary Several(
        IReadOnlyList<LabelledText> texts, IReadOnlyList<PredictedLabels> predictions, IReadOnlyList<string>? labels, bool bootstrap)
    {
        labels ??= [.. texts.SelectMany(text => text.Labels).Concat(predictions.SelectMany(p => p.Labels)).Distinct().Order(StringComparer.Ordinal)];
        bool[][] truth = [.. texts.Select(text => Flags(text.Labels, labels))];
        bool[][] predicted = [.. predictions.Select(prediction => Flags(prediction.Labels, labels))];
        MultiLabelReport report = MultiLabelReport.Of(truth, predicted, labels);
        return new()
        {
            Examples = texts.Count,
            Metrics =
            [
                new("micro_f1", report.Micro.F1),
                new("macro_f1", report.Macro.F1),
                new("weighted_f1", report.Weighted.F1),
                new("samples_f1", report.Samples.F1),
                new("subset_accuracy", report.SubsetAccuracy),
            ],
            Interval = bootstrap && texts.Count > 0 ? BootstrapInterval.OfF1(
                [.. truth.Select((flags, i) => flags.Zip(predicted[i]).Count(pair => pair.First && pair.Second))],
                [.. truth.Select((flags, i) => flags.Count(flag => flag) + predicted[i].Count(flag => flag))]) : null,
            Report = report.ToString(4),
            Labels = report.Labels,
            Errors = Errors(texts, predictions, (text, prediction) => !text.Labels.ToHashSet().SetEquals(prediction.Labels)),
            Notes = Undefined(report.Labels),
        };
    }

    private static bool[] Flags(IReadOnlyList<string> found, IReadOnlyList<string> labels) =>
        found.FirstOrDefault(label => !labels.Contains(label)) is { } unknown
            ? throw new ArgumentException($"'{unknown}' is none of the {labels.Count} labels.", nameof(labels))
            : [.. labels.Select(found.Contains)];

    private static List<EvaluationError> Errors(
        IReadOnlyList<LabelledText> texts, IReadOnlyList<PredictedLabels> predictions, Func<LabelledText, PredictedLabels, bool> isWrong) =>
    [
        .. texts.Zip(predictions).Where(pair => isWrong(pair.First, pair.Second))
            .OrderByDescending(pair => pair.Second.Confidence ?? 0)
            .Take(EvaluationSummary.ShownErrors)
            .Select(pair => new EvaluationError(
                pair.First.Line, string.Join(", ", pair.First.Labels), string.Join(", ", pair.Second.Labels), pair.Second.Confidence,
                pair.First.Pair is null ? pair.First.Text : $"{pair.First.Text} / {pair.First.Pair}")),
    ];

    /// <summary>Where a figure is 0 because there is nothing to divide by.</summary>
    internal static List<string> Undefined(IReadOnlyList<LabelScores> labels)
    {
        List<string> notes = [];
        string[] never = [.. labels.Where(label => label.Predicted == 0).Select(label => label.Label)];
        string[] absent = [.. labels.Where(label => label.Support == 0).Select(label => label.Label)];
        if (never.Length > 0)
            notes.Add($"Never predicted, so the precision is given as 0: {string.Join(", ", never)}.");
        if (absent.Length > 0)
            notes.Add($"Not in the data, so the recall is given as 0: {string.Join(", ", absent)}.");
        return notes;
    }
}
