using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AlbertNative.Annotations;
using AlbertNative.Testing;

namespace AlbertNative.ParityTests.Annotations;

/// <summary>A line of the goldens of Spark NLP: a pipeline, rows, and what came out of a real one.</summary>
internal sealed class SparkNlpLine(JsonElement line)
{
    public string Id { get; } = line.GetProperty("id").GetString()!;

    /// <summary>Whether Spark NLP failed.</summary>
    public bool HasError { get; } = line.TryGetProperty("error", out _);

    public JsonElement Line { get; } = line;

    /// <summary>All lines of a file; skips the test where it is absent.</summary>
    public static IEnumerable<SparkNlpLine> Of(string file) =>
        GoldenLines.Read(SharedFolder.Require("goldens", "spark-nlp", file)).Select(line => new SparkNlpLine(line));

    /// <summary>The line's pipeline.</summary>
    public AnnotationPipeline Pipeline(AnnotationMode mode, Func<string, AnnotationModel>? models = null)
    {
        JsonArray stages = [];
        foreach (JsonElement golden in Line.GetProperty("pipeline").EnumerateArray())
        {
            JsonObject settings = [];
            settings["mode"] = AnnotationModes.NameOf(mode);
            foreach (JsonProperty property in golden.EnumerateObject().Where(property => property.Name != "stage"))
                settings[property.Name] = JsonNode.Parse(property.Value.GetRawText());
            string name = golden.GetProperty("stage").GetString()!;
            stages.Add(new JsonObject { ["class"] = name, ["uid"] = $"<uid of the {name}>", ["paramMap"] = settings });
        }
        JsonObject pipeline = new() { ["class"] = "org.apache.spark.ml.PipelineModel", ["stages"] = stages };
        return AnnotationPipeline.FromJson(Encoding.UTF8.GetBytes(pipeline.ToJsonString()), models);
    }

    /// <summary>The line's rows as so many partitions.</summary>
    public IEnumerable<AnnotationFrame> Frames(int partitions = 1)
    {
        AnnotationRow[] rows = [.. Line.GetProperty("rows").EnumerateArray().Select((row, i) => RowOf(row, i))];
        string[] columns = [.. Line.GetProperty("rows").EnumerateArray().SelectMany(row => row.EnumerateObject()).Select(p => p.Name).Distinct()];
        FrameSchema schema = new([new FrameColumn("row", ColumnKind.Value), .. columns.Select(name => new FrameColumn(name, ColumnKind.Value))]);
        for (int i = 0; i < partitions; i++)
            yield return new AnnotationFrame(schema, rows[(i * rows.Length / partitions)..((i + 1) * rows.Length / partitions)]);
    }

    private static AnnotationRow RowOf(JsonElement row, int index) =>
        new([new("row", index), .. row.EnumerateObject().Select(p => new KeyValuePair<string, object?>(p.Name, ValueOf(p.Value)))]);

    private static object? ValueOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Array => value.EnumerateArray().Select(item => item.GetString()).ToArray(),
        JsonValueKind.Object => value.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()),
        _ => value.GetRawText(),
    };
}
