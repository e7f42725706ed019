using System.Collections.Immutable;
using System.Text.Json;
using AlbertNative.Checkpoints;

namespace AlbertNative.Model;

/// <summary>Reads <c>config.json</c>: every key that shapes the computation, each fault by its key.</summary>
internal static class AlbertConfigReader
{
    /// <summary>Longest file that is read, in bytes: label tables of real models are thousands of times smaller.</summary>
    public const int MaxLength = 16 << 20;

    private static readonly string[] Keys =
    [
        "model_type", "architectures", "vocab_size", "embedding_size", "hidden_size", "num_hidden_layers",
        "num_hidden_groups", "inner_group_num", "num_attention_heads", "intermediate_size", "hidden_act",
        "max_position_embeddings", "type_vocab_size", "layer_norm_eps", "pad_token_id", "bos_token_id",
        "eos_token_id", "classifier_dropout_prob", "num_labels", "id2label", "label2id", "problem_type",
        "position_embedding_type", "tie_word_embeddings", "pruned_heads",
    ];

    public static AlbertConfig Read(ReadOnlySpan<byte> utf8, string source)
    {
        if (utf8.Length > MaxLength)
            throw new CheckpointFormatException(source, $"longer than {MaxLength} bytes");
        List<string> faults = [];
        try
        {
            JsonFields json = JsonFields.Scan(utf8, Keys);
            AlbertConfig config = Read(json, faults);
            faults.AddRange(AlbertConfigRules.Faults(config));
            return faults.Count == 0
                ? config
                : throw new CheckpointFormatException(source, string.Join("; ", faults));
        }
        // The reader reports text that is not UTF-8, and lone surrogates, as invalid operations.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new CheckpointFormatException(source, "not a JSON configuration: " + e.Message, e);
        }
    }

    private static AlbertConfig Read(JsonFields json, List<string> faults)
    {
        AlbertConfig defaults = new();
        RefuseUnsupported(json, faults);
        return new AlbertConfig
        {
            VocabularySize = Size(json, "vocab_size", defaults.VocabularySize, faults),
            EmbeddingSize = Size(json, "embedding_size", defaults.EmbeddingSize, faults),
            HiddenSize = Size(json, "hidden_size", defaults.HiddenSize, faults),
            LayerCount = Size(json, "num_hidden_layers", defaults.LayerCount, faults),
            GroupCount = Size(json, "num_hidden_groups", defaults.GroupCount, faults),
            InnerGroupCount = Size(json, "inner_group_num", defaults.InnerGroupCount, faults),
            HeadCount = Size(json, "num_attention_heads", defaults.HeadCount, faults),
            IntermediateSize = Size(json, "intermediate_size", defaults.IntermediateSize, faults),
            Activation = Name(json, "hidden_act", AlbertConfigNames.Activations, faults) ?? Activation(json, faults),
            MaxPositionCount = Size(json, "max_position_embeddings", defaults.MaxPositionCount, faults),
            TypeVocabularySize = Size(json, "type_vocab_size", defaults.TypeVocabularySize, faults),
            LayerNormEpsilon = Number(json, "layer_norm_eps", defaults.LayerNormEpsilon, faults),
            PadTokenId = TokenId(json, "pad_token_id", defaults.PadTokenId, faults),
            BosTokenId = TokenId(json, "bos_token_id", defaults.BosTokenId, faults),
            EosTokenId = TokenId(json, "eos_token_id", defaults.EosTokenId, faults),
            ClassifierDropout = json.IsNull("classifier_dropout_prob")
                ? defaults.ClassifierDropout
                : Number(json, "classifier_dropout_prob", defaults.ClassifierDropout, faults),
            Labels = ConfigLabels.Read(json, faults),
            ProblemType = Name(json, "problem_type", AlbertConfigNames.ProblemTypes, faults),
            Architectures = ClassNames(json, "architectures", faults),
        };
    }

    /// <summary>Keys whose other values would change the numbers in ways that this engine does not compute.</summary>
    private static void RefuseUnsupported(JsonFields json, List<string> faults)
    {
        if (json.TryRead("model_type", out Utf8JsonReader type) && !IsString(type, "albert"))
            faults.Add($"model_type is {json.Excerpt("model_type")}, expected \"albert\"");
        if (json.TryRead("position_embedding_type", out Utf8JsonReader position) && !IsString(position, "absolute"))
        {
            faults.Add($"position_embedding_type is {json.Excerpt("position_embedding_type")}, " +
                "expected \"absolute\", the only one supported");
        }
        if (json.TryRead("tie_word_embeddings", out Utf8JsonReader tie) && tie.TokenType != JsonTokenType.True)
        {
            faults.Add($"tie_word_embeddings is {json.Excerpt("tie_word_embeddings")}, expected true: " +
                "the masked-LM decoder is the word embeddings");
        }
        if (json.TryRead("pruned_heads", out Utf8JsonReader pruned) &&
            !(pruned.TokenType == JsonTokenType.StartObject && pruned.Read() && pruned.TokenType == JsonTokenType.EndObject))
        {
            faults.Add($"pruned_heads is {json.Excerpt("pruned_heads")}, expected {{}}: pruned heads are not supported");
        }
    }

    private static bool IsString(Utf8JsonReader reader, string expected) =>
        reader.TokenType == JsonTokenType.String && reader.ValueTextEquals(expected);

    private static int Size(JsonFields json, string key, int absent, List<string> faults)
    {
        if (json.TryRead(key, out Utf8JsonReader reader))
        {
            if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int value))
                return value;
        }
        else if (!json.IsNull(key))
        {
            return absent;
        }
        faults.Add($"{key} is {json.Excerpt(key)}, expected a whole number below 2^31");
        return absent;
    }

    private static double Number(JsonFields json, string key, double absent, List<string> faults)
    {
        if (json.TryRead(key, out Utf8JsonReader reader))
        {
            if (reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out double value))
                return value;
        }
        else if (!json.IsNull(key))
        {
            return absent;
        }
        faults.Add($"{key} is {json.Excerpt(key)}, expected a number");
        return absent;
    }

    private static int? TokenId(JsonFields json, string key, int? absent, List<string> faults) =>
        json.IsNull(key) ? null : Size(json, key, absent ?? 0, faults);

    private static HiddenActivation Activation(JsonFields json, List<string> faults)
    {
        if (json.IsNull("hidden_act"))
            faults.Add("hidden_act is null, expected one of " + AlbertConfigNames.Activations.Names);
        return new AlbertConfig().Activation;
    }

    private static T? Name<T>(JsonFields json, string key, NameTable<T> table, List<string> faults)
        where T : struct, Enum
    {
        if (!json.TryRead(key, out Utf8JsonReader reader))
            return null;
        foreach ((string name, T value) in table.Entries)
        {
            if (IsString(reader, name))
                return value;
        }
        faults.Add($"{key} is {json.Excerpt(key)}, expected one of {table.Names}");
        return null;
    }

    private static ImmutableArray<string> ClassNames(JsonFields json, string key, List<string> faults)
    {
        const int Most = 16;
        if (!json.TryRead(key, out Utf8JsonReader reader))
            return [];
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            ImmutableArray<string>.Builder names = ImmutableArray.CreateBuilder<string>();
            while (reader.Read() && reader.TokenType == JsonTokenType.String && names.Count < Most)
                names.Add(reader.GetString()!);
            if (reader.TokenType == JsonTokenType.EndArray)
                return names.ToImmutable();
        }
        faults.Add($"{key} is {json.Excerpt(key)}, expected a list of at most {Most} names");
        return [];
    }
}
