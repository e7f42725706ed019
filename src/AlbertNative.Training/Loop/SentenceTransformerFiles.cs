using System.Text.Json.Nodes;

namespace AlbertNative.Training;

/// <summary>What makes a directory one of sentence-transformers: which modules there are, and their settings.</summary>
internal static class SentenceTransformerFiles
{
    public static Dictionary<string, byte[]> Of(Pooling pooling, int hiddenSize, int maxLength) => new(StringComparer.Ordinal)
    {
        [SentenceTransformerModules.FileName] = Utf8(new JsonArray(Module(0, "", "Transformer"), Module(1, "1_Pooling", "Pooling"))),
        ["1_Pooling/config.json"] = Utf8(new JsonObject
        {
            ["word_embedding_dimension"] = hiddenSize,
            ["pooling_mode_cls_token"] = pooling == Pooling.Cls,
            ["pooling_mode_mean_tokens"] = pooling == Pooling.Mean,
            ["pooling_mode_max_tokens"] = pooling == Pooling.Max,
            ["pooling_mode_mean_sqrt_len_tokens"] = false,
            ["pooling_mode_weightedmean_tokens"] = false,
            ["pooling_mode_lasttoken"] = false,
            ["include_prompt"] = true,
        }),
        [SentenceTransformerModules.TransformerConfigs[0]] = Utf8(new JsonObject { ["max_seq_length"] = maxLength, ["do_lower_case"] = false }),
        [SentenceTransformerConfig.FileName] = Utf8(new JsonObject
        {
            ["prompts"] = new JsonObject(),
            ["default_prompt_name"] = null,
            ["similarity_fn_name"] = "cosine",
        }),
    };

    private static JsonObject Module(int index, string path, string kind) => new()
    {
        ["idx"] = index,
        ["name"] = index.ToString(System.Globalization.CultureInfo.InvariantCulture),
        ["path"] = path,
        ["type"] = "sentence_transformers.models." + kind,
    };

    private static byte[] Utf8(JsonNode json) => System.Text.Encoding.UTF8.GetBytes(json.ToString().ReplaceLineEndings("\n") + "\n");
}
