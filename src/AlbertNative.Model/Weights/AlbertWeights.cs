using System.Collections.Immutable;
using AlbertNative.Tensors;

namespace AlbertNative.Model;

/// <summary>
/// The encoder's weights, packed once at load. The word embeddings, by far the largest table and read a row at a time,
/// stay where the source has them: for a checkpoint, in the mapped file. A reduced precision is that of the layers: the
/// other products are too small to gain by it.
/// </summary>
internal sealed class AlbertWeights
{
    /// <summary>
    /// In narrower layers the errors of 8 bits average out too little: with 16 they choose the pieces and tags that floats
    /// do, and take little memory all the same.
    /// </summary>
    private const int LeastHiddenSizeOfInt8 = 256;

    private AlbertWeights(AlbertConfig config, ResolvedWeights tensors, WeightPrecision precision)
    {
        if (precision == WeightPrecision.Int8 && config.HiddenSize < LeastHiddenSizeOfInt8)
            precision = WeightPrecision.Int16;
        float epsilon = (float)config.LayerNormEpsilon;
        WordEmbeddings = tensors[TensorCatalogue.WordEmbeddings];
        PositionEmbeddings = tensors.Read(TensorCatalogue.PositionEmbeddings);
        TokenTypeEmbeddings = tensors.Read(TensorCatalogue.TokenTypeEmbeddings);
        EmbeddingNorm = tensors.Norm(TensorCatalogue.EmbeddingNorm, epsilon);
        EmbeddingProjection = tensors.Linear(TensorCatalogue.EmbeddingProjection);
        Groups = [.. Enumerable.Range(0, config.GroupCount).Select(group =>
            Enumerable.Range(0, config.InnerGroupCount)
                .Select(inner => new AlbertLayerWeights(tensors, TensorCatalogue.LayerPrefix(group, inner), epsilon, precision))
                .ToImmutableArray())];
    }

    /// <summary>[vocabulary, embedding]</summary>
    public WeightTensor WordEmbeddings { get; }

    /// <summary>[positions, embedding]</summary>
    public float[] PositionEmbeddings { get; }

    /// <summary>[types, embedding]</summary>
    public float[] TokenTypeEmbeddings { get; }

    /// <summary>[embedding]</summary>
    public LayerNormWeights EmbeddingNorm { get; }

    /// <summary>[hidden, embedding]</summary>
    public LinearWeights EmbeddingProjection { get; }

    /// <summary>The inner layers of each group.</summary>
    public ImmutableArray<ImmutableArray<AlbertLayerWeights>> Groups { get; }

    /// <summary>Packs the encoder's weights out of tensors that were matched with <paramref name="config"/>.</summary>
    public static AlbertWeights Pack(AlbertConfig config, ResolvedWeights tensors, WeightPrecision precision) =>
        new(config, tensors, precision);
}
