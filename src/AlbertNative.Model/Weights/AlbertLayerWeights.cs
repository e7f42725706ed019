using AlbertNative.Tensors;

namespace AlbertNative.Model;

/// <summary>One layer's weights, shared by all layers of its group.</summary>
internal sealed class AlbertLayerWeights(ResolvedWeights tensors, string prefix, float epsilon, WeightPrecision precision)
{
    /// <summary>The linear layers whose weights may be held in 8 bits.</summary>
    public static IEnumerable<string> ReducibleModules(string prefix) =>
        [$"{prefix}.attention.query", $"{prefix}.attention.key", $"{prefix}.attention.value", $"{prefix}.ffn", $"{prefix}.ffn_output"];

    /// <summary>Query, key and value as one product, [3 hidden, hidden].</summary>
    public LinearWeights QueryKeyValue { get; } = tensors.Linear(
        precision, $"{prefix}.attention.query", $"{prefix}.attention.key", $"{prefix}.attention.value");

    /// <summary>
    /// [hidden, hidden], in 16 bits where the others have 8: a twelfth of a layer's work, and in 8 bits nearly half of its
    /// error.
    /// </summary>
    public LinearWeights AttentionOutput { get; } = tensors.Linear(
        precision == WeightPrecision.Float32 ? precision : WeightPrecision.Int16, $"{prefix}.attention.dense");

    /// <summary>[hidden]</summary>
    public LayerNormWeights AttentionNorm { get; } = tensors.Norm($"{prefix}.attention.LayerNorm", epsilon);

    /// <summary>[intermediate, hidden]</summary>
    public LinearWeights Ffn { get; } = tensors.Linear(precision, $"{prefix}.ffn");

    /// <summary>[hidden, intermediate]</summary>
    public LinearWeights FfnOutput { get; } = tensors.Linear(precision, $"{prefix}.ffn_output");

    /// <summary>[hidden]</summary>
    public LayerNormWeights FullLayerNorm { get; } = tensors.Norm($"{prefix}.full_layer_layer_norm", epsilon);
}
