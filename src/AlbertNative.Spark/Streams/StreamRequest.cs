using System.Text.Json;
using AlbertNative.Annotations;

namespace AlbertNative.Spark;

/// <summary>
/// What a stream asks for: the value of <see cref="Key"/> in the metadata of its schema, a JSON object with the version of the
/// protocol and of who asks, the pipeline, what is known of columns of annotations among the input, and which models are meant.
/// </summary>
internal sealed class StreamRequest
{
    /// <summary>Where it stands in the metadata of a stream's schema; the answer's schema has its answer there.</summary>
    public const string Key = "albert-native";

    /// <summary>The version of what is spoken here; another one is refused.</summary>
    public const int Protocol = 1;

    private const string DefaultErrorColumn = "annotation_error";

    /// <summary>The version of this program, which must be the package's.</summary>
    public static string Version { get; } = typeof(StreamRequest).Assembly.GetName().Version!.ToString(3);

    /// <summary>The pipeline as <see cref="AnnotationPipeline.ToJson"/> writes it.</summary>
    public required byte[] Pipeline { get; init; }

    /// <summary>What is known of the input's columns of annotations, by their names.</summary>
    public IReadOnlyDictionary<string, ColumnMetadata> Columns { get; init; } = new Dictionary<string, ColumnMetadata>();

    /// <summary>The hashes of models where the stream was described, by their names: they must be the same here.</summary>
    public IReadOnlyDictionary<string, string> Models { get; init; } = new Dictionary<string, string>();

    /// <summary>Which of the pipeline's columns are wanted; null for all.</summary>
    public IReadOnlyList<string>? Outputs { get; init; }

    /// <summary>What becomes of a row on which the pipeline fails.</summary>
    public RowFailure OnError { get; init; } = RowFailure.Fail;

    /// <summary>The column of messages about such rows, where they are asked for in one.</summary>
    public string ErrorColumn { get; init; } = DefaultErrorColumn;

    /// <summary>Whose stream it is, for messages and logs: an attempt of one of Spark's tasks; null where nobody said it.</summary>
    public string? Task { get; init; }

    /// <summary>The number of the stream's first row among those of its partition: more than 0 where another server had begun.</summary>
    public long FirstRow { get; init; }

    /// <summary>Reads one.</summary>
    /// <exception cref="StreamException">It is malformed, or of another version; names both.</exception>
    public static StreamRequest Parse(string json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement root = document.RootElement;
            int protocol = root.GetProperty("protocol").GetInt32();
            string version = root.GetProperty("version").GetString()!;
            if (protocol != Protocol || version != Version)
            {
                throw new StreamException(
                    $"the Python package albert_native_spark is version {version} (protocol {protocol}), albert is version {Version} (protocol {Protocol}): "
                    + "install the same version of both");
            }
            return new()
            {
                Pipeline = System.Text.Encoding.UTF8.GetBytes(root.GetProperty("pipeline").GetRawText()),
                Columns = root.TryGetProperty("columns", out JsonElement columns)
                    ? columns.EnumerateObject().ToDictionary(column => column.Name, column => Metadata(column.Value))
                    : new Dictionary<string, ColumnMetadata>(),
                Models = root.TryGetProperty("models", out JsonElement models)
                    ? models.EnumerateObject().ToDictionary(model => model.Name, model => model.Value.GetString()!)
                    : new Dictionary<string, string>(),
                Outputs = root.TryGetProperty("outputs", out JsonElement outputs) ? [.. outputs.EnumerateArray().Select(name => name.GetString()!)] : null,
                OnError = Text(root, "onError") is string onError ? RowFailures.Parse(onError) : RowFailure.Fail,
                ErrorColumn = Text(root, "errorColumn") ?? DefaultErrorColumn,
                Task = Text(root, "task"),
                FirstRow = root.TryGetProperty("row", out JsonElement row) ? row.GetInt64() : 0,
            };
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or (FormatException and not StreamException))
        {
            throw new StreamException($"the request in the stream's schema is malformed: {e.Message}");
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;

    private static ColumnMetadata Metadata(JsonElement column) => new(
        column.GetProperty("annotatorType").GetString()!,
        column.TryGetProperty("dimension", out JsonElement dimension) ? dimension.GetInt32() : null,
        column.TryGetProperty("ref", out JsonElement reference) ? reference.GetString() : null);
}
