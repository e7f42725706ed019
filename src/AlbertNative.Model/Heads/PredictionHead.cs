using AlbertNative.Tensors;
using AlbertNative.Tensors.Threading;
using static AlbertNative.Tensors.TensorOps;

namespace AlbertNative.Model;

/// <summary>The masked-LM head: back to the embeddings' width, then a score for each word by its embedding.</summary>
internal sealed class PredictionHead
{
    private readonly Activation _activation;
    private readonly LinearWeights _dense;
    private readonly LayerNormWeights _norm;
    private readonly LinearWeights _decoder;

    public PredictionHead(AlbertConfig config, ResolvedWeights tensors)
    {
        _activation = config.Activation.ToTensorActivation();
        _dense = tensors.Linear(TensorCatalogue.PredictionDense);
        _norm = tensors.Norm(TensorCatalogue.PredictionNorm, (float)config.LayerNormEpsilon);
        _decoder = WeightPacking.Linear(
            tensors[TensorCatalogue.WordEmbeddings], tensors.Read(TensorCatalogue.PredictionBias));
    }

    /// <summary>Writes <paramref name="logits"/>, [rows, vocabulary], from the rows of <paramref name="states"/>, [rows, hidden].</summary>
    public void Run(TeamThread thread, ForwardPass pass, Matrix states, Matrix logits)
    {
        Matrix transformed = pass.Transformed;
        LinearActivation(thread, states, _dense, _activation, transformed);     // [rows, E]
        LayerNorm(thread, transformed, _norm, transformed);
        Linear(thread, transformed, _decoder, logits);                          // [rows, V]
    }
}
