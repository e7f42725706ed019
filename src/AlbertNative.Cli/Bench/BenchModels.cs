using AlbertNative.Model;

namespace AlbertNative.Cli;

/// <summary>
/// The models to measure without a checkpoint: the published configurations (Lan et al., 2020, table 1), with synthetic
/// weights.
/// </summary>
internal static class BenchModels
{
    /// <summary>The configuration with the given name.</summary>
    public static IReadOnlyDictionary<string, ModelConfig> Configurations { get; } = new Dictionary<string, ModelConfig>
    {
        ["base-v1"] = Create(768, layers: 12, heads: 12, HiddenActivation.Gelu),
        ["base-v2"] = Create(768, layers: 12, heads: 12, HiddenActivation.GeluTanh),
        ["large-v2"] = Create(1024, layers: 24, heads: 16, HiddenActivation.GeluTanh),
        ["xlarge-v2"] = Create(2048, layers: 24, heads: 16, HiddenActivation.GeluTanh),
        ["xxlarge-v2"] = Create(4096, layers: 12, heads: 64, HiddenActivation.GeluTanh),
    };

    /// <summary>All names, for people.</summary>
    public static string Names => string.Join(", ", Configurations.Keys);

    /// <summary>A model of a configuration's name, or of a config.json, with synthetic weights.</summary>
    /// <exception cref="BadInputException">There is neither.</exception>
    public static PreTrainedModel Create(string nameOrFile, ModelOptions options)
    {
        if (!Configurations.TryGetValue(nameOrFile, out ModelConfig? config))
        {
            if (!Path.Exists(nameOrFile))
                throw new BadInputException($"{nameOrFile} is neither a file nor one of {Names}");
            config = ModelConfig.Load(nameOrFile);
        }
        return PreTrainedModel.Create(config, new SyntheticCheckpoint(config, ModelArchitecture.Model), options);
    }

    private static ModelConfig Create(int hidden, int layers, int heads, HiddenActivation activation) => new()
    {
        HiddenSize = hidden,
        LayerCount = layers,
        HeadCount = heads,
        IntermediateSize = 4 * hidden,
        Activation = activation,
    };
}
