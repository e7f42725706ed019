using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace AlbertNative.Model;

/// <summary>Writes <c>config.json</c> in the keys and the order in which transformers writes it.</summary>
internal static class AlbertConfigWriter
{
    public static byte[] Write(AlbertConfig config)
    {
        ArrayBufferWriter<byte> buffer = new();
        // A fixed newline: the same configuration is the same bytes on every system.
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            Write(json, config);
            json.WriteEndObject();
        }
        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter json, AlbertConfig config)
    {
        if (!config.Architectures.IsEmpty)
        {
            json.WriteStartArray("architectures");
            foreach (string name in config.Architectures)
                json.WriteStringValue(name);
            json.WriteEndArray();
        }
        WriteId(json, "bos_token_id", config.BosTokenId);
        json.WriteNumber("classifier_dropout_prob", config.ClassifierDropout);
        json.WriteNumber("embedding_size", config.EmbeddingSize);
        WriteId(json, "eos_token_id", config.EosTokenId);
        json.WriteString("hidden_act", AlbertConfigNames.Activations.NameOf(config.Activation));
        json.WriteNumber("hidden_size", config.HiddenSize);
        json.WriteStartObject("id2label");
        for (int id = 0; id < config.LabelCount; id++)
            json.WriteString(id.ToString(CultureInfo.InvariantCulture), config.Labels[id]);
        json.WriteEndObject();
        json.WriteNumber("inner_group_num", config.InnerGroupCount);
        json.WriteNumber("intermediate_size", config.IntermediateSize);
        WriteInverse(json, config);
        json.WriteNumber("layer_norm_eps", config.LayerNormEpsilon);
        json.WriteNumber("max_position_embeddings", config.MaxPositionCount);
        json.WriteString("model_type", "albert");
        json.WriteNumber("num_attention_heads", config.HeadCount);
        json.WriteNumber("num_hidden_groups", config.GroupCount);
        json.WriteNumber("num_hidden_layers", config.LayerCount);
        WriteId(json, "pad_token_id", config.PadTokenId);
        json.WriteString("position_embedding_type", "absolute");
        if (config.ProblemType is ProblemType type)
            json.WriteString("problem_type", AlbertConfigNames.ProblemTypes.NameOf(type));
        json.WriteNumber("type_vocab_size", config.TypeVocabularySize);
        json.WriteNumber("vocab_size", config.VocabularySize);
    }

    /// <summary>Two ids may share a label: the last one keeps it, as a Python dictionary would.</summary>
    private static void WriteInverse(Utf8JsonWriter json, AlbertConfig config)
    {
        Dictionary<string, int> last = new(StringComparer.Ordinal);
        for (int id = 0; id < config.LabelCount; id++)
            last[config.Labels[id]] = id;
        json.WriteStartObject("label2id");
        foreach ((string label, int id) in last)
            json.WriteNumber(label, id);
        json.WriteEndObject();
    }

    private static void WriteId(Utf8JsonWriter json, string key, int? id)
    {
        if (id is int value)
            json.WriteNumber(key, value);
        else
            json.WriteNull(key);
    }
}
