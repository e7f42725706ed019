using System.Collections.Immutable;

namespace AlbertNative.Model;

/// <summary>
/// Every number that a configuration holds: reading, checking, comparing and writing follow this table. Defaults are those
/// that transformers gives to absent keys.
/// </summary>
internal static class ConfigTable
{
    private const double None = double.NaN;

    private static readonly List<ConfigField> Fields = [];

    public static readonly ConfigField VocabularySize = Add(ConfigKind.Size, "vocab_size", 30000, 30522);
    public static readonly ConfigField HiddenSize = Add(ConfigKind.Size, "hidden_size", 4096, 768);
    public static readonly ConfigField EmbeddingSize =
        Add(ConfigKind.Size, new("embedding_size", 128), new(null, None, HiddenSize));
    public static readonly ConfigField LayerCount = Add(ConfigKind.Size, "num_hidden_layers", 12, 12);
    public static readonly ConfigField GroupCount =
        Add(ConfigKind.Size, new("num_hidden_groups", 1), new(null, None, LayerCount));
    public static readonly ConfigField InnerGroupCount =
        Add(ConfigKind.Size, new("inner_group_num", 1), new(null, 1));
    public static readonly ConfigField HeadCount = Add(ConfigKind.Size, "num_attention_heads", 64, 12);
    public static readonly ConfigField IntermediateSize = Add(ConfigKind.Size, "intermediate_size", 16384, 3072);
    public static readonly ConfigField Activation = Add(
        ConfigKind.Name,
        new("hidden_act", (int)HiddenActivation.GeluTanh), new("hidden_act", (int)HiddenActivation.Gelu), ConfigNames.Activations);
    public static readonly ConfigField MaxPositionCount = Add(ConfigKind.Size, "max_position_embeddings", 512, 512);
    public static readonly ConfigField TypeVocabularySize = Add(ConfigKind.Size, "type_vocab_size", 2, 2);
    public static readonly ConfigField LayerNormEpsilon = Add(ConfigKind.Epsilon, "layer_norm_eps", 1e-12, 1e-12);
    public static readonly ConfigField HiddenDropout = Add(ConfigKind.Dropout, "hidden_dropout_prob", 0, 0.1);
    public static readonly ConfigField AttentionDropout = Add(ConfigKind.Dropout, "attention_probs_dropout_prob", 0, 0.1);
    public static readonly ConfigField ClassifierDropout = Add(
        ConfigKind.Dropout, new("classifier_dropout_prob", 0.1, HiddenDropout), new("classifier_dropout", None, HiddenDropout));
    public static readonly ConfigField InitializerRange = Add(ConfigKind.Deviation, "initializer_range", 0.02, 0.02);
    public static readonly ConfigField PadTokenId = Add(ConfigKind.TokenId, "pad_token_id", 0, 0);
    public static readonly ConfigField BosTokenId = Add(ConfigKind.TokenId, "bos_token_id", 2, None);
    public static readonly ConfigField EosTokenId = Add(ConfigKind.TokenId, "eos_token_id", 3, None);
    public static readonly ConfigField TiesWordEmbeddings = Add(ConfigKind.Flag, "tie_word_embeddings", 1, 1);
    public static readonly ConfigField Crf = Add(ConfigKind.Flag, "crf", None, None);

    /// <summary>The fields in the order of their indices.</summary>
    public static ReadOnlySpan<ConfigField> All => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(Fields);

    /// <summary>Keys whose other values would change the numbers in ways that this engine does not compute.</summary>
    public static ImmutableArray<FixedKey> Fixed { get; } =
    [
        new("position_embedding_type", "\"absolute\"", "the only one supported"),
        new("is_decoder", "false", "decoders are not supported"),
        new("add_cross_attention", "false", "cross-attention is not supported"),
        new("pruned_heads", "{}", "pruned heads are not supported"),
    ];

    /// <summary>Every key that is read, of all families.</summary>
    public static ImmutableArray<string> Keys { get; } =
    [
        "model_type", "architectures", "num_labels", "id2label", "label2id", "problem_type",
        .. Fixed.Select(key => key.Key),
        .. Fields.SelectMany(field => field.Columns).Select(column => column.Key).OfType<string>().Distinct(),
    ];

    /// <summary>The values where a file has none.</summary>
    public static double[] Defaults(ModelFamily family)
    {
        double[] values = new double[Fields.Count];
        for (int i = 0; i < values.Length; i++)
            values[i] = Fields[i][family].Default;
        return values;
    }

    /// <summary>What is wrong with a value; null where nothing is.</summary>
    public static string? Fault(ConfigField field, double value) => field.Kind switch
    {
        ConfigKind.Size when value < 1 => "at least 1",
        ConfigKind.Epsilon when !(value > 0 && value < 1) => "a number between 0 and 1",
        ConfigKind.Dropout when !(value is >= 0 and < 1) => "a number from 0, below 1",
        ConfigKind.Deviation when !(value >= 0 && double.IsFinite(value)) => "a finite number from 0",
        _ => null,
    };

    private static ConfigField Add(ConfigKind kind, string key, double albert, double bert) =>
        Add(kind, new(key, albert), new(key, bert));

    private static ConfigField Add(ConfigKind kind, FamilyColumn albert, FamilyColumn bert, NameTable? names = null)
    {
        ConfigField field = new(Fields.Count, kind, [albert, bert], names);
        Fields.Add(field);
        return field;
    }
}

/// <summary>A key that has one value.</summary>
/// <param name="Key">The key.</param>
/// <param name="Expected">The value, as JSON without white space.</param>
/// <param name="Reason">Why there is no other.</param>
internal sealed record FixedKey(string Key, string Expected, string Reason);
