using AlbertNative.Tensors;

namespace AlbertNative.Model;

/// <summary>One layer's weights, shared by all layers of its group.</summary>
internal sealed class LayerWeights
{
    public LayerWeights(NamedTensors tensors, int group, int inner, WeightPrecision precision)
    {
        float epsilon = (float)tensors.Config.LayerNormEpsilon;
        LayerModules modules = tensors.Family.Layer;
        string prefix = tensors.Family.LayerPrefix(group, inner) + ".";
        QueryKeyValue = tensors.Linear(precision, prefix + modules.Query, prefix + modules.Key, prefix + modules.Value);
        AttentionOutput = tensors.Linear(
            precision == WeightPrecision.Float32 ? precision : WeightPrecision.Int16, prefix + modules.AttentionOutput);
        AttentionNorm = tensors.Norm(prefix + modules.AttentionNorm, epsilon);
        Ffn = tensors.Linear(precision, prefix + modules.Ffn);
        FfnOutput = tensors.Linear(precision, prefix + modules.FfnOutput);
        FullLayerNorm = tensors.Norm(prefix + modules.FullLayerNorm, epsilon);
    }

    /// <summary>Query, key and value as one product, [3 hidden, hidden].</summary>
    public LinearWeights QueryKeyValue { get; }

    /// <summary>
    /// [hidden, hidden], in 16 bits where the others have 8: a twelfth of a layer's work, and in 8 bits nearly half of its
    /// error.
    /// </summary>
    public LinearWeights AttentionOutput { get; }

    /// <summary>[hidden]</summary>
    public LayerNormWeights AttentionNorm { get; }

    /// <summary>[intermediate, hidden]</summary>
    public LinearWeights Ffn { get; }

    /// <summary>[hidden, intermediate]</summary>
    public LinearWeights FfnOutput { get; }

    /// <summary>[hidden]</summary>
    public LayerNormWeights FullLayerNorm { get; }

    /// <summary>The linear layers whose weights may be held in 8 bits.</summary>
    public static IEnumerable<string> ReducibleModules(Family family, int group, int inner)
    {
        string prefix = family.LayerPrefix(group, inner) + ".";
        LayerModules modules = family.Layer;
        return [prefix + modules.Query, prefix + modules.Key, prefix + modules.Value, prefix + modules.Ffn, prefix + modules.FfnOutput];
    }
}
