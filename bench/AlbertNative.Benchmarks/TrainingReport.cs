using System.Globalization;
using System.Text.Json;

namespace AlbertNative.Benchmarks;

/// <summary>The lines of training steps as a table: each peer's best beside ours.</summary>
internal static class TrainingReport
{
    private const string Ours = "AlbertNative";

    public static void Write(IEnumerable<string> lines, TextWriter output)
    {
        var steps = lines.Where(line => line.StartsWith('{')).Select(line =>
        {
            using JsonDocument json = JsonDocument.Parse(line);
            JsonElement root = json.RootElement;
            return (
                Peer: root.GetProperty("peer").GetString()!,
                Case: $"{root.GetProperty("head").GetString()} {root.GetProperty("shape").GetString()}",
                Step: root.GetProperty("step_ms").GetDouble(), Update: root.GetProperty("update_ms").GetDouble(), Peak: root.GetProperty("peak_mb").GetDouble());
        }).GroupBy(step => (step.Case, step.Peer)).ToDictionary(
            group => group.Key, group => (Step: group.Min(step => step.Step), Update: group.Min(step => step.Update), Peak: group.Max(step => step.Peak)));
        output.WriteLine("| step | peer | CPU ms | ours | ratio | update ms | ours | peak MB | ours |");
        output.WriteLine("|---|---|---:|---:|---:|---:|---:|---:|---:|");
        foreach (((string shape, string peer), (double step, double update, double peak)) in steps.Where(step => step.Key.Peer != Ours))
        {
            if (!steps.TryGetValue((shape, Ours), out (double Step, double Update, double Peak) ours))
                continue;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {shape} | {peer} | {step:F0} | {ours.Step:F0} | **{step / ours.Step:F2}** | {update:F1} | {ours.Update:F1} | {peak:F0} | {ours.Peak:F0} |"));
        }
    }
}
