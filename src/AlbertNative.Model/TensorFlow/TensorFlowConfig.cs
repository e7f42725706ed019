using System.Text.Json;
using AlbertNative.Checkpoints;

namespace AlbertNative.Model.TensorFlow;

/// <summary>
/// The <c>albert_config.json</c> or <c>bert_config.json</c> beside a TensorFlow checkpoint as the <c>config.json</c> that
/// Hugging Face would have: its keys are the same, but it names no class, and its <c>"gelu"</c> is the tanh form, which
/// google-research's code computes and Hugging Face calls <c>gelu_new</c>.
/// </summary>
internal static class TensorFlowConfig
{
    private const int MaxBytes = 1 << 20;

    private static readonly string[] FileNames = ["albert_config.json", "bert_config.json"];

    // What the weights or this page decide.
    private static readonly HashSet<string> Decided = new(StringComparer.Ordinal) { "model_type", "architectures", "hidden_act", "num_labels" };

    /// <summary>Google's configuration in one of these directories; null where there is none.</summary>
    public static string? Find(params ReadOnlySpan<string> directories)
    {
        foreach (string directory in directories)
        {
            foreach (string name in FileNames)
            {
                string file = Path.Combine(directory, name);
                if (File.Exists(file))
                    return file;
            }
        }
        return null;
    }

    /// <summary>Hugging Face's form, and whether <c>"gelu"</c> was read as the tanh form.</summary>
    /// <exception cref="CheckpointFormatException">The file is not a JSON object of reasonable size.</exception>
    public static byte[] Convert(string file, TensorFlowVariables variables, out bool isGeluRead)
    {
        try
        {
            using JsonDocument google = JsonDocument.Parse(ModelFiles.ReadFile(file, MaxBytes));
            return Convert(file, google.RootElement, variables, out isGeluRead);
        }
        // InvalidOperationException: text that is no Unicode.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new CheckpointFormatException(file, $"is not valid JSON ({e.Message})", e);
        }
    }

    private static byte[] Convert(string file, JsonElement google, TensorFlowVariables variables, out bool isGeluRead)
    {
        if (google.ValueKind != JsonValueKind.Object)
            throw new CheckpointFormatException(file, $"is a JSON {google.ValueKind}, expected an object");
        using MemoryStream bytes = new();
        using Utf8JsonWriter json = new(bytes);
        json.WriteStartObject();
        json.WriteString("model_type", variables.Names.ModelType);
        json.WriteStartArray("architectures");
        json.WriteStringValue(variables.Architecture);
        json.WriteEndArray();
        // Google's code calls an activation by its name in lower case, and nothing else but gelu differently.
        string? activation = google.TryGetProperty("hidden_act", out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : "gelu";
        isGeluRead = string.Equals(activation, "gelu", StringComparison.OrdinalIgnoreCase);
        json.WriteString("hidden_act", isGeluRead ? "gelu_new" : activation);
        if (variables.LabelCount is { } labels)
            json.WriteNumber("num_labels", labels);
        foreach (JsonProperty property in google.EnumerateObject())
        {
            if (!Decided.Contains(property.Name))
                property.WriteTo(json);
        }
        json.WriteEndObject();
        json.Flush();
        return bytes.ToArray();
    }
}
