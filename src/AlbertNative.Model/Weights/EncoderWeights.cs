using System.Collections.Immutable;
using AlbertNative.Tensors;

namespace AlbertNative.Model;

/// <summary>
/// The encoder's weights, packed once when a model is opened. The word embeddings, by far the largest table and read a row
/// at a time, stay where the source has them: for a checkpoint, in the mapped file. A reduced precision is that of the
/// layers: the other products are too small to gain by it.
/// </summary>
internal sealed class EncoderWeights
{
    /// <summary>
    /// In narrower layers the errors of 8 bits average out too little: with 16 they choose the pieces and tags that floats
    /// do, and take little memory all the same.
    /// </summary>
    private const int LeastHiddenSizeOfInt8 = 256;

    /// <summary>Packs the weights of tensors that have been matched.</summary>
    /// <param name="tensors">The tensors; where weights are copied, they are in memory afterwards, but for the layers'.</param>
    /// <param name="precision">How the layers are held.</param>
    /// <param name="access">Where the word embeddings are.</param>
    /// <param name="progress">Told how many of the different layers are packed.</param>
    /// <param name="cancellationToken">Looked at between layers.</param>
    public EncoderWeights(
        NamedTensors tensors, WeightPrecision precision, WeightAccess access, IProgress<OpenProgress>? progress, CancellationToken cancellationToken)
    {
        Packed?.Invoke(tensors.Source, precision);
        ModelConfig config = tensors.Config;
        Family family = tensors.Family;
        if (precision == WeightPrecision.Int8 && config.HiddenSize < LeastHiddenSizeOfInt8)
            precision = WeightPrecision.Int16;
        PositionEmbeddings = tensors.Read(family.PositionEmbeddings);
        TokenTypeEmbeddings = tensors.Read(family.TokenTypeEmbeddings);
        EmbeddingNorm = tensors.Norm(family.EmbeddingNorm, (float)config.LayerNormEpsilon);
        EmbeddingProjections = tensors.HasProjection ? [tensors.Linear(WeightPrecision.Float32, family.EmbeddingProjection!)] : [];
        Groups = PackGroups(tensors, precision, progress, cancellationToken);
        if (access == WeightAccess.Copied)
            tensors.CopyToMemory(cancellationToken);
        WordEmbeddings = tensors[family.WordEmbeddings];
    }

    /// <summary>
    /// Raised with the source's name and the precision asked for whenever an encoder is packed: once for each opened model, and
    /// once more for every other precision that it is asked for.
    /// </summary>
    internal static event Action<string, WeightPrecision>? Packed;

    /// <summary>[vocabulary, embedding]</summary>
    public WeightTensor WordEmbeddings { get; }

    /// <summary>[positions, embedding]</summary>
    public float[] PositionEmbeddings { get; }

    /// <summary>[types, embedding]</summary>
    public float[] TokenTypeEmbeddings { get; }

    /// <summary>[embedding]</summary>
    public LayerNormWeights EmbeddingNorm { get; }

    /// <summary>[hidden, embedding] of factorised embeddings; none where embeddings are as wide as the layers.</summary>
    public ImmutableArray<LinearWeights> EmbeddingProjections { get; }

    /// <summary>The inner layers of each group.</summary>
    public ImmutableArray<ImmutableArray<LayerWeights>> Groups { get; }

    private static ImmutableArray<ImmutableArray<LayerWeights>> PackGroups(
        NamedTensors tensors, WeightPrecision precision, IProgress<OpenProgress>? progress, CancellationToken cancellationToken)
    {
        ModelConfig config = tensors.Config;
        long total = (long)config.GroupCount * config.InnerGroupCount, done = 0;
        var groups = ImmutableArray.CreateBuilder<ImmutableArray<LayerWeights>>(config.GroupCount);
        for (int group = 0; group < config.GroupCount; group++)
        {
            var layers = ImmutableArray.CreateBuilder<LayerWeights>(config.InnerGroupCount);
            for (int inner = 0; inner < config.InnerGroupCount; inner++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                layers.Add(new LayerWeights(tensors, group, inner, precision));
                progress?.Report(new(OpenStage.Packing, ++done, total));
            }
            groups.Add(layers.MoveToImmutable());
        }
        return groups.MoveToImmutable();
    }
}
