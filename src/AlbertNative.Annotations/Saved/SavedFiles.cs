using System.Text.Json;

namespace AlbertNative.Annotations;

/// <summary>The parts of an annotator that Spark NLP has saved.</summary>
internal sealed class SavedFiles
{
    private const string Metadata = "metadata";
    private const int MaxPartLength = 1 << 28;

    /// <summary>Settings of Spark NLP's that say nothing about results.</summary>
    private static readonly string[] PassedOver = ["lazyAnnotator", "configProtoBytes"];

    private readonly Dictionary<string, JsonElement> _settings;

    private SavedFiles(string directory, string className, string uid, Dictionary<string, JsonElement> settings) =>
        (Directory, ClassName, Uid, _settings) = (directory, className, uid, settings);

    /// <summary>Where they lie.</summary>
    public string Directory { get; }

    /// <summary>Spark NLP's class.</summary>
    public string ClassName { get; }

    /// <summary>What tells it from others of its class.</summary>
    public string Uid { get; }

    /// <summary>What its weights are for: <c>onnx</c>, <c>tensorflow</c>, <c>openvino</c>.</summary>
    public string Engine => _settings.TryGetValue("engine", out JsonElement engine) ? engine.GetString() ?? "" : "tensorflow";

    /// <summary>What a setting was saved as; null where it was not.</summary>
    public JsonElement? Setting(string name) => _settings.TryGetValue(name, out JsonElement value) ? value : null;

    /// <summary>Whether tokens keep the case of their letters.</summary>
    public bool CaseSensitive => _settings.TryGetValue("caseSensitive", out JsonElement value) && value.ValueKind == JsonValueKind.True;

    /// <summary>Whether a directory is such a one.</summary>
    public static bool Is(string directory) =>
        System.IO.Directory.Exists(Path.Combine(directory, Metadata)) && !File.Exists(Path.Combine(directory, "config.json"));

    /// <summary>Reads the metadata.</summary>
    /// <exception cref="PipelineFormatException">There is none, or it is malformed.</exception>
    public static SavedFiles Read(string directory)
    {
        try
        {
            byte[][] parts = [.. PartsOf(directory, Metadata).Where(part => part.Length > 0)];
            if (parts.Length != 1)
                throw new PipelineFormatException($"{directory}: {parts.Length} files with contents in {Metadata}, expected one");
            using JsonDocument document = StrictJson.Parse(parts[0]);
            JsonElement root = document.RootElement;
            Dictionary<string, JsonElement> settings = new(StringComparer.Ordinal);
            // What was set goes before the defaults that it had.
            foreach (string map in (string[])["defaultParamMap", "paramMap"])
            {
                if (!root.TryGetProperty(map, out JsonElement values))
                    continue;
                foreach (JsonProperty property in values.EnumerateObject())
                    settings[property.Name] = property.Value.Clone();
            }
            return new SavedFiles(directory, root.GetProperty("class").GetString()!, root.GetProperty("uid").GetString()!, settings);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new PipelineFormatException($"{directory}: {Metadata} is malformed: {e.Message}", e);
        }
    }

    /// <summary>Sets on a stage what was saved, and what else is known of it.</summary>
    /// <exception cref="PipelineFormatException">A setting is not known, or of another kind.</exception>
    public void SettingsOnto(PipelineStage stage, AnnotationMode mode, IEnumerable<KeyValuePair<string, object>> more)
    {
        Dictionary<string, object> values = PipelineJson.ValuesOf(
            stage, Uid, _settings.Where(setting => !PassedOver.Contains(setting.Key)).Select(setting => (setting.Key, setting.Value)));
        values.TryAdd("mode", AnnotationModes.NameOf(mode));
        if (stage is ModelAnnotator annotator)
            values[ModelAnnotator.ModelParameter.Name] = annotator.Model.Name;
        foreach ((string name, object value) in more)
            values[name] = value;
        stage.Load(Uid, values);
    }

    /// <summary>The values of a field that Spark NLP keeps beside the settings.</summary>
    /// <exception cref="PipelineFormatException">There is none of that name, or its file is malformed.</exception>
    public IEnumerable<byte[]> ReadField(string name)
    {
        string folder = Path.Combine("fields", name);
        foreach (byte[] part in PartsOf(Directory, folder))
        {
            List<byte[]> values;
            try
            {
                values = SequenceFile.Read(part);
            }
            catch (PipelineFormatException e)
            {
                throw new PipelineFormatException($"{Path.Combine(Directory, folder)}: {e.Message}", e);
            }
            foreach (byte[] value in values)
                yield return value;
        }
    }

    /// <summary>The labels by their ids; null where none are saved.</summary>
    /// <exception cref="PipelineFormatException">The file is malformed, or the ids are not 0 to the number of labels.</exception>
    public string[]? ReadLabels()
    {
        string folder = Path.Combine("fields", "labels");
        if (!System.IO.Directory.Exists(Path.Combine(Directory, folder)))
            return null;
        SortedDictionary<int, string> labels = [];
        try
        {
            foreach (object? element in ReadField("labels").SelectMany(Elements))
            {
                if (element is not JavaObject { ClassName: "scala.Tuple2" } pair || pair.Fields.GetValueOrDefault("_1") is not string label
                    || (pair.Fields.GetValueOrDefault("_2") as JavaObject)?.Fields.GetValueOrDefault("value") is not int id || !labels.TryAdd(id, label))
                    throw new PipelineFormatException("an element that is no label with an id of its own");
            }
        }
        catch (PipelineFormatException e)
        {
            throw new PipelineFormatException($"{Path.Combine(Directory, folder)}: {e.Message}", e);
        }
        return labels.Count > 0 && labels.Keys.SequenceEqual(Enumerable.Range(0, labels.Count))
            ? [.. labels.Values]
            : throw new PipelineFormatException($"{Path.Combine(Directory, folder)}: {labels.Count} labels, whose ids are not 0 to {labels.Count - 1}");
    }

    private static object?[] Elements(byte[] value) => JavaObjectReader.Read(value) as object?[]
        ?? throw new PipelineFormatException("a value that is no array");

    private static IEnumerable<byte[]> PartsOf(string directory, string folder)
    {
        string path = Path.Combine(directory, folder);
        if (!System.IO.Directory.Exists(path))
            throw new PipelineFormatException($"{directory}: there is no {folder}");
        return System.IO.Directory.EnumerateFiles(path, "part-*").Order(StringComparer.Ordinal).Select(file =>
            new FileInfo(file).Length <= MaxPartLength
                ? RegularFile.IsEmpty(file) ? [] : File.ReadAllBytes(file)
                : throw new PipelineFormatException($"{file}: longer than {MaxPartLength} bytes"));
    }
}
