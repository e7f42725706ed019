using System.Text.Json;
using AlbertNative.Training;

namespace AlbertNative.Cli;

/// <summary>For programs: one object a line, each with its kind as <c>event</c>, written as it happens.</summary>
internal sealed class TrainingEventLines(Terminal terminal) : TrainingDisplay
{
    private readonly JsonLinesWriter<string, Action<Utf8JsonWriter>> _lines = new(terminal.Output, (json, kind, write) =>
    {
        json.WriteText("event", kind);
        write(json);
    });

    public override void Begin(FineTuning tuning, DataDescription data) => Write("begin", json =>
    {
        json.WriteNumber("examples", data.Examples);
        json.WriteTexts("labels", data.Labels);
        json.WriteStartObject("label_counts");
        foreach ((string label, int count) in data.LabelCounts)
            json.WriteNumber(label, count);
        json.WriteEndObject();
        json.WriteNumber("updates", tuning.Updates);
        json.WriteNumber("updates_per_epoch", tuning.UpdatesPerEpoch);
        json.WriteNumber("median_tokens", data.MedianTokens);
        json.WriteNumber("longest_tokens", data.LongestTokens);
        json.WriteNumber("cut_off", data.Cut);
        json.WriteTexts("notes", data.Notes);
    });

    public override void Estimate(TrainingEstimate estimate) => Write("estimate", json =>
    {
        json.WriteNumber("tokens_per_epoch", estimate.TokensPerEpoch);
        json.WriteNumber("tokens_per_second", estimate.TokensPerSecond);
        json.WriteNumber("seconds", estimate.Duration.TotalSeconds);
        json.WriteNumber("memory_bytes", estimate.Memory);
        json.WriteNumber("model_memory_bytes", estimate.ModelMemory);
    });

    public override void Update(TrainingStep step)
    {
    }

    public override void Log(IReadOnlyDictionary<string, double> entry)
    {
        // An evaluation's entry is its own event.
        if (!entry.ContainsKey("eval_loss"))
            Write("log", json => WriteValues(json, entry));
    }

    public override void Evaluate(TrainingEvaluation evaluation) => Write("evaluation", json =>
    {
        json.WriteNumber("step", evaluation.Step);
        json.WriteNumber("epoch", evaluation.Epoch);
        json.WriteNumber("train_loss", evaluation.TrainLoss);
        json.WriteStartObject("metrics");
        WriteValues(json, evaluation.Scores.Metrics);
        json.WriteEndObject();
        json.WriteBoolean("best", evaluation.IsBest);
    });

    public override void Save(string checkpoint) => Write("checkpoint", json => json.WriteText("path", checkpoint));

    public override void Judge(string part, TaskScores scores) => Write("result", json =>
    {
        json.WriteText("part", part);
        if (scores.Summary is { } judged)
        {
            SummaryJson.Write(json, judged);
            return;
        }
        json.WriteStartObject("metrics");
        WriteValues(json, scores.Metrics);
        json.WriteEndObject();
    });

    public override void End(TrainingSummary summary, string output) => Write("end", json =>
    {
        json.WriteText("reason", JsonNamingPolicy.SnakeCaseLower.ConvertName(summary.End.ToString()));
        json.WriteNumber("updates", summary.Updates);
        json.WriteText("output", output);
    });

    public override void Dispose() => _lines.Dispose();

    private void Write(string kind, Action<Utf8JsonWriter> write)
    {
        _lines.Write(kind, write, record: null);
        _lines.Flush();
    }

    private static void WriteValues(Utf8JsonWriter json, IEnumerable<KeyValuePair<string, double>> values)
    {
        foreach ((string name, double value) in values)
            SummaryJson.WriteNumber(json, name, value);
    }
}
