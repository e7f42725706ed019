using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace AlbertNative.Model;

/// <summary>Writes <c>config.json</c> by <see cref="ConfigTable"/>, in the order in which transformers writes it.</summary>
internal static class ConfigWriter
{
    public static byte[] Write(ModelConfig config)
    {
        config.Validate();
        ArrayBufferWriter<byte> buffer = new();
        // A fixed newline: the same configuration is the same bytes on every system.
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            foreach ((string key, Action<Utf8JsonWriter> write) in Entries(config))
            {
                json.WritePropertyName(key);
                write(json);
            }
            json.WriteEndObject();
        }
        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    private static SortedDictionary<string, Action<Utf8JsonWriter>> Entries(ModelConfig config)
    {
        SortedDictionary<string, Action<Utf8JsonWriter>> entries = new(StringComparer.Ordinal)
        {
            ["model_type"] = json => json.WriteStringValue(Family.Of(config.Family).ModelType),
            ["position_embedding_type"] = json => json.WriteStringValue("absolute"),
            ["id2label"] = json => WriteLabels(json, config),
            ["label2id"] = json => WriteInverse(json, config),
        };
        if (!config.Architectures.IsEmpty)
            entries["architectures"] = json => WriteClassNames(json, config);
        if (config.ProblemType is ProblemType type)
            entries["problem_type"] = json => json.WriteStringValue(ConfigNames.ProblemTypes.NameOf((int)type));
        foreach (ConfigField field in ConfigTable.All)
        {
            FamilyColumn column = field[config.Family];
            double value = config.Stored(field);
            // What is null by default and nothing else follows is left out, as transformers does.
            if (column.Key is string key && !(double.IsNaN(value) && double.IsNaN(column.Default) && column.Follows is null))
                entries[key] = json => WriteValue(json, field, value);
        }
        return entries;
    }

    private static void WriteValue(Utf8JsonWriter json, ConfigField field, double value)
    {
        if (double.IsNaN(value))
            json.WriteNullValue();
        else if (field.Kind == ConfigKind.Flag)
            json.WriteBooleanValue(value != 0);
        else if (field.Kind == ConfigKind.Name)
            json.WriteStringValue(field.Names!.NameOf((int)value));
        else if (field.Kind is ConfigKind.Size or ConfigKind.TokenId)
            json.WriteNumberValue((int)value);
        else
            json.WriteNumberValue(value);
    }

    private static void WriteClassNames(Utf8JsonWriter json, ModelConfig config)
    {
        json.WriteStartArray();
        foreach (string name in config.Architectures)
            json.WriteStringValue(name);
        json.WriteEndArray();
    }

    private static void WriteLabels(Utf8JsonWriter json, ModelConfig config)
    {
        json.WriteStartObject();
        for (int id = 0; id < config.LabelCount; id++)
            json.WriteString(id.ToString(CultureInfo.InvariantCulture), config.Labels[id]);
        json.WriteEndObject();
    }

    /// <summary>Two ids may share a label: the last one keeps it, as a Python dictionary would.</summary>
    private static void WriteInverse(Utf8JsonWriter json, ModelConfig config)
    {
        Dictionary<string, int> last = new(StringComparer.Ordinal);
        for (int id = 0; id < config.LabelCount; id++)
            last[config.Labels[id]] = id;
        json.WriteStartObject();
        foreach ((string label, int id) in last)
            json.WriteNumber(label, id);
        json.WriteEndObject();
    }
}
