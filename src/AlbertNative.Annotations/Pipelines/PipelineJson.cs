using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace AlbertNative.Annotations;

/// <summary>A pipeline as JSON: for each stage Spark ML's <c>class</c>, <c>uid</c>, <c>paramMap</c> and <c>defaultParamMap</c>.</summary>
internal static class PipelineJson
{
    private const string PipelineClass = "org.apache.spark.ml.PipelineModel";

    private static readonly JsonWriterOptions Format =
        new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Write(AnnotationPipeline pipeline)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer, Format))
        {
            writer.WriteStartObject();
            writer.WriteString("class", PipelineClass);
            writer.WriteStartArray("stages");
            foreach (PipelineStage stage in pipeline.Stages)
                Write(writer, stage);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        return [.. buffer.WrittenSpan, (byte)'\n'];
    }

    public static AnnotationPipeline Read(byte[] json, Func<string, AnnotationModel>? models)
    {
        Dictionary<string, AnnotationModel> opened = new(StringComparer.Ordinal);
        try
        {
            using JsonDocument document = StrictJson.Parse(json);
            JsonElement root = document.RootElement;
            if (Text(root, "class", "the pipeline") != PipelineClass)
                throw new PipelineFormatException($"the class is '{Text(root, "class", "the pipeline")}', expected {PipelineClass}");
            if (!root.TryGetProperty("stages", out JsonElement stages) || stages.ValueKind != JsonValueKind.Array)
                throw new PipelineFormatException("the pipeline has no array 'stages'");
            return new AnnotationPipeline([.. stages.EnumerateArray().Select(stage => ReadStage(stage, OpenOnce))]);
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new PipelineFormatException(e.Message, e);
        }

        AnnotationModel OpenOnce(string name)
        {
            if (models is null)
                throw new PipelineFormatException($"a stage needs the model '{name}', and nothing was given that opens models");
            if (!opened.TryGetValue(name, out AnnotationModel? model))
                opened.Add(name, model = models(name));
            return model;
        }
    }

    private static void Write(Utf8JsonWriter writer, PipelineStage stage)
    {
        writer.WriteStartObject();
        writer.WriteString("class", StageKinds.Of(stage.StageName).ClassName);
        writer.WriteString("uid", stage.Uid);
        writer.WriteStartObject("paramMap");
        foreach (Parameter parameter in stage.Parameters)
        {
            if (stage.Values.TryGetValue(parameter.Name, out object? value))
                Write(writer, parameter, value);
        }
        writer.WriteEndObject();
        writer.WriteStartObject("defaultParamMap");
        foreach (Parameter parameter in stage.Parameters)
        {
            if (parameter.Default is object value)
                Write(writer, parameter, value);
        }
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, Parameter parameter, object value)
    {
        writer.WritePropertyName(parameter.Name);
        Parameter.Write(writer, value);
    }

    private static PipelineStage ReadStage(JsonElement element, Func<string, AnnotationModel> models)
    {
        string className = Text(element, "class", "a stage");
        StageKind kind = StageKinds.Of(className);
        string uid = Text(element, "uid", className);
        if (!element.TryGetProperty("paramMap", out JsonElement values) || values.ValueKind != JsonValueKind.Object)
            throw new PipelineFormatException($"{uid} has no object 'paramMap'");
        AnnotationModel? model = null;
        if (kind.NeedsModel)
            model = models(Text(values, ModelAnnotator.ModelParameter.Name, uid));
        PipelineStage stage = kind.Create(model);
        stage.Load(uid, ValuesOf(stage, uid, values.EnumerateObject().Select(value => (value.Name, value.Value))));
        return stage;
    }

    /// <summary>What a file has set on a stage, by its parameters' names.</summary>
    /// <exception cref="PipelineFormatException">A setting is not known, or of another kind.</exception>
    public static Dictionary<string, object> ValuesOf(PipelineStage stage, string uid, IEnumerable<(string Name, JsonElement Value)> settings)
    {
        Parameter[] parameters = [.. stage.Parameters];
        Dictionary<string, object> values = new(StringComparer.Ordinal);
        foreach ((string name, JsonElement value) in settings)
        {
            Parameter parameter = Array.Find(parameters, parameter => name == parameter.Name || name == parameter.Alias)
                ?? throw new PipelineFormatException($"{uid} has a setting '{name}', which {stage.StageName} does not have");
            values[parameter.Name] = parameter.Read(value, uid);
        }
        return values;
    }

    private static string Text(JsonElement element, string name, string where) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw new PipelineFormatException($"{where} has no text '{name}'");
}
