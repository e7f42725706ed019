using System.Diagnostics;
using AlbertNative.Training;

namespace AlbertNative.Cli;

/// <summary>
/// For people: one line of progress, drawn anew at a terminal and written twice a minute elsewhere, a line for each evaluation, and
/// the result's scores as <c>albert evaluate</c> shows them.
/// </summary>
internal sealed class TrainingText(Terminal terminal) : TrainingDisplay
{
    private readonly long _begun = Stopwatch.GetTimestamp();
    private int _first = -1;
    private TimeSpan _shown = TimeSpan.Zero;

    private TextWriter Out => terminal.Error;

    public override void Begin(FineTuning tuning, DataDescription data)
    {
        string labels = data.Labels.Count switch { 0 => "", 1 => " 1 label,", int count => Invariant($" {count} labels,") };
        Out.WriteLine(Invariant($"{data.Examples} examples,{labels} {tuning.Updates} updates ({tuning.UpdatesPerEpoch} an epoch)"));
        if (data.LabelCounts.Count > 0)
            Out.WriteLine("labels: " + string.Join(", ", data.LabelCounts.Select(label => Invariant($"{label.Key} {label.Value}"))));
        Out.WriteLine(Invariant($"tokens of an example: median {data.MedianTokens}, 99 % at most {data.LongTokens}, longest {data.LongestTokens}"));
        Out.WriteLine(Invariant($"cut off at --max-length: {data.Cut} of {data.Examples} ({100.0 * data.Cut / data.Examples:F1} %)"));
        foreach (string note in data.Notes)
            Out.WriteLine($"note: {note}");
    }

    public override void Estimate(TrainingEstimate estimate)
    {
        Out.WriteLine(Invariant($"{estimate.TokensPerEpoch} tokens an epoch, {estimate.TokensPerSecond:F0} tokens/s: about {Time(estimate.Duration)}, evaluations not counted"));
        Out.WriteLine(Invariant($"memory: {estimate.Memory / (1 << 20)} MB now, of which the model, its gradients and the optimizer have {estimate.ModelMemory / (1 << 20)}"));
    }

    public override void Update(TrainingStep step)
    {
        if (_first < 0)
            _first = step.Number - 1;
        TimeSpan elapsed = Stopwatch.GetElapsedTime(_begun);
        bool drawn = terminal.ErrorIsTerminal;
        if (elapsed - _shown < (drawn ? TimeSpan.FromMilliseconds(100) : TimeSpan.FromSeconds(30)) && step.Number < step.Of)
            return;
        _shown = elapsed;
        TimeSpan left = elapsed / (step.Number - _first) * (step.Of - step.Number);
        string line = Invariant(
            $"{step.Number}/{step.Of}  epoch {step.Epoch:F2}  loss {step.Loss:F4}  rate {step.LearningRate:G3}  norm {step.GradientNorm:F2}  {step.Tokens / step.Elapsed.TotalSeconds:F0} tokens/s  {Time(left)} left");
        if (drawn)
            terminal.Redraw(line);
        else
            Out.WriteLine(line);
    }

    public override void Log(IReadOnlyDictionary<string, double> entry)
    {
    }

    public override void Evaluate(TrainingEvaluation evaluation)
    {
        Clear();
        string metrics = string.Join("  ", evaluation.Scores.Metrics.Where(metric => metric.Key != "loss").Select(metric => Invariant($"{metric.Key} {metric.Value:F4}")));
        Out.WriteLine(Invariant($"epoch {evaluation.Epoch:F2}  train loss {evaluation.TrainLoss:F4}  dev loss {evaluation.Scores.Metrics["loss"]:F4}  {metrics}")
            + (evaluation.IsBest ? "  (best)" : ""));
    }

    public override void Save(string checkpoint)
    {
    }

    public override void Judge(string part, TaskScores scores)
    {
        Clear();
        Out.WriteLine($"\n{part}:");
        using StreamWriter stream = new(terminal.Output, Terminal.Utf8, leaveOpen: true);
        CleanOutput.Writer writer = new(stream);
        if (scores.Summary is { } judged)
            SummaryText.Write(writer, judged);
        else
            writer.WriteLine(scores.Report);
    }

    public override void End(TrainingSummary summary, string output)
    {
        Clear();
        if (summary.End == TrainingEnd.Cancelled)
            Out.WriteLine($"cancelled after {summary.Updates} updates; what was learnt is kept");
        else if (summary.End == TrainingEnd.NoLongerBetter)
            Out.WriteLine($"no longer better: stopped after {summary.Updates} updates");
        Out.WriteLine($"written to {output}");
    }

    public override void Dispose()
    {
    }

    private void Clear()
    {
        if (terminal.ErrorIsTerminal)
            terminal.Redraw("");
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
