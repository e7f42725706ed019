using System.Text.Json;
using AlbertNative.Evaluation;
using AlbertNative.Training;

namespace AlbertNative.Cli;

/// <summary>An evaluation as programs read it: the fields of one object.</summary>
internal static class SummaryJson
{
    public static void Write(Utf8JsonWriter json, EvaluationSummary summary)
    {
        json.WriteNumber("examples", summary.Examples);
        json.WriteStartObject("metrics");
        foreach ((string name, double value) in summary.Metrics)
            WriteNumber(json, name, value);
        json.WriteEndObject();
        if (summary.Interval is { } interval)
        {
            json.WriteStartObject("interval");
            json.WriteText("metric", summary.Metrics[0].Key);
            WriteNumber(json, "low", interval.Low);
            WriteNumber(json, "high", interval.High);
            json.WriteEndObject();
        }
        json.WriteStartArray("labels");
        foreach (LabelScores label in summary.Labels)
            WriteLabel(json, label);
        json.WriteEndArray();
        if (summary.Confusion is { } confusion)
            WriteConfusion(json, confusion);
        json.WriteStartArray("errors");
        foreach (EvaluationError error in summary.Errors)
            WriteError(json, error);
        json.WriteEndArray();
        json.WriteTexts("notes", summary.Notes);
    }

    private static void WriteLabel(Utf8JsonWriter json, LabelScores label)
    {
        json.WriteStartObject();
        json.WriteText("label", label.Label);
        json.WriteNumber("precision", label.Precision);
        json.WriteNumber("recall", label.Recall);
        json.WriteNumber("f1", label.F1);
        json.WriteNumber("support", label.Support);
        json.WriteNumber("predicted", label.Predicted);
        json.WriteEndObject();
    }

    private static void WriteConfusion(Utf8JsonWriter json, ConfusionMatrix confusion)
    {
        json.WriteStartObject("confusion");
        json.WriteTexts("labels", confusion.Labels);
        json.WriteStartArray("counts");
        for (int truth = 0; truth < confusion.Labels.Count; truth++)
        {
            json.WriteStartArray();
            for (int predicted = 0; predicted < confusion.Labels.Count; predicted++)
                json.WriteNumberValue(confusion[truth, predicted]);
            json.WriteEndArray();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteError(Utf8JsonWriter json, EvaluationError error)
    {
        json.WriteStartObject();
        json.WriteNumber("line", error.Line);
        json.WriteText("expected", error.Expected);
        json.WriteText("predicted", error.Predicted);
        if (error.Confidence is { } confidence)
            json.WriteNumber("confidence", confidence);
        json.WriteText("text", error.Text);
        json.WriteEndObject();
    }

    /// <summary>JSON has no NaN: null stands for what is not defined.</summary>
    public static void WriteNumber(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value))
            json.WriteNumber(name, value);
        else
            json.WriteNull(name);
    }
}
