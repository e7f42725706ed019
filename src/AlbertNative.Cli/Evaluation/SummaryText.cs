using System.Globalization;
using AlbertNative.Evaluation;
using AlbertNative.Training;

namespace AlbertNative.Cli;

/// <summary>An evaluation as people read it.</summary>
internal static class SummaryText
{
    private const int ShownLabels = 20;
    private const int ShownLetters = 100;

    public static void Write(TextWriter writer, EvaluationSummary summary)
    {
        if (summary.Report.Length > 0)
            writer.WriteLine(summary.Report);
        int width = summary.Metrics.Max(metric => metric.Key.Length);
        foreach ((string name, double value) in summary.Metrics)
            writer.WriteLine($"{name.PadRight(width)}  {Number(value)}");
        if (summary.Interval is { } interval)
            writer.WriteLine($"95 % of samples of this size have {summary.Metrics[0].Key} between {Number(interval.Low)} and {Number(interval.High)}.");
        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{summary.Examples:N0} examples."));
        if (summary.Confusion is { } confusion)
            WriteConfusion(writer, confusion.Condense(ShownLabels));
        foreach (string note in summary.Notes)
            writer.WriteLine($"Note: {note}");
        if (summary.Errors.Count > 0)
            writer.WriteLine("\nThe worst errors:");
        foreach (EvaluationError error in summary.Errors)
        {
            string sure = error.Confidence is { } confidence ? $" ({Number(confidence)})" : "";
            writer.WriteLine($"line {error.Line}: {OneLine(error.Expected)}, not {OneLine(error.Predicted)}{sure}: {OneLine(error.Text)}");
        }
    }

    private static void WriteConfusion(TextWriter writer, ConfusionMatrix confusion)
    {
        string[] labels = [.. confusion.Labels.Select(OneLine)];
        int names = labels.Append("").Max(label => label.Length);
        int cell = Math.Max(5, Enumerable.Range(0, confusion.Labels.Count).Select(i => Digits(i).Length + 1).Append(Digits(confusion.Total).Length + 1).Max());
        writer.WriteLine("\nRows are true labels, columns predicted ones:");
        writer.WriteLine(new string(' ', names + 4) + string.Concat(Enumerable.Range(1, confusion.Labels.Count).Select(i => Digits(i).PadLeft(cell))));
        for (int truth = 0; truth < confusion.Labels.Count; truth++)
        {
            string counts = string.Concat(Enumerable.Range(0, confusion.Labels.Count).Select(predicted => Digits(confusion[truth, predicted]).PadLeft(cell)));
            writer.WriteLine($"{labels[truth].PadLeft(names)} {Digits(truth + 1),3}{counts}");
        }
        writer.WriteLine();
    }

    private static string OneLine(string text)
    {
        string flat = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return flat.Length <= ShownLetters ? flat : flat[..ShownLetters] + "…";
    }

    private static string Digits(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Number(double value) => double.IsNaN(value) ? "not defined" : value.ToString("F4", CultureInfo.InvariantCulture);
}
