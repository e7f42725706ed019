using System.Globalization;

namespace AlbertNative.Model;

/// <summary>What a configuration must satisfy before anything is allocated for it.</summary>
internal static class ConfigRules
{
    /// <summary>
    /// Most layer applications in a forward pass, and so most layers: far above any published model, low enough
    /// that a corrupt number ends here and not in a list of millions of missing tensors.
    /// </summary>
    private const int MaxSteps = 1024;

    /// <summary>Every broken rule, by the keys of <c>config.json</c>; empty for a usable configuration.</summary>
    public static List<string> Faults(ModelConfig config)
    {
        List<string> faults = [];
        foreach (ConfigField field in ConfigTable.All)
        {
            FamilyColumn column = field[config.Family];
            double value = config[field];
            if (ConfigTable.Fault(field, value) is string expected)
                faults.Add($"{column.Key ?? "a size"} is {value.ToString(CultureInfo.InvariantCulture)}, expected {expected}");
        }
        if (config.LabelCount < 1)
            faults.Add($"num_labels is {config.LabelCount}, expected at least 1");
        if (faults.Count == 0)
            Relations(config, faults);
        return faults;
    }

    private static void Relations(ModelConfig config, List<string> faults)
    {
        if (config.HiddenSize % config.HeadCount != 0)
            faults.Add($"hidden_size {config.HiddenSize} is not a multiple of num_attention_heads {config.HeadCount}");
        if (config.GroupCount > config.LayerCount)
            faults.Add($"num_hidden_groups {config.GroupCount} is more than num_hidden_layers {config.LayerCount}");
        if ((long)config.LayerCount * config.InnerGroupCount > MaxSteps)
        {
            faults.Add($"num_hidden_layers {config.LayerCount} times inner_group_num {config.InnerGroupCount} " +
                $"is more than {MaxSteps}");
        }
        if (config.PadTokenId is int pad && (uint)pad >= (uint)config.VocabularySize)
            faults.Add($"pad_token_id {pad} is not below vocab_size {config.VocabularySize}");

        Fits("vocab_size", config.VocabularySize, "embedding_size", config.EmbeddingSize);
        Fits("max_position_embeddings", config.MaxPositionCount, "embedding_size", config.EmbeddingSize);
        Fits("type_vocab_size", config.TypeVocabularySize, "embedding_size", config.EmbeddingSize);
        Fits("hidden_size", config.HiddenSize, "embedding_size", config.EmbeddingSize);
        Fits("hidden_size times 3", 3L * config.HiddenSize, "hidden_size", config.HiddenSize);
        Fits("intermediate_size", config.IntermediateSize, "hidden_size", config.HiddenSize);
        Fits("num_labels", config.LabelCount, "hidden_size", config.HiddenSize);

        void Fits(string rowsKey, long rows, string columnsKey, long columns)
        {
            if (rows * columns > Array.MaxLength)
                faults.Add($"{rowsKey} {rows} times {columnsKey} {columns} is more than one tensor can hold");
        }
    }
}
