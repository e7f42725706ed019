using AlbertNative.Tensors;
using AlbertNative.Tensors.Threading;
using static AlbertNative.Tensors.TensorOps;

namespace AlbertNative.Model;

/// <summary>A score for each word: a transform to the embeddings' width, then the decoder, as a rule the word embeddings.</summary>
internal sealed class WordScores(PreTrainedModel model)
{
    private readonly Activation _activation = model.Config.Activation.ToTensorActivation();
    private readonly LinearWeights _dense = model.Linear(model.Tensors.Family.Prediction.Dense);
    private readonly LayerNormWeights _norm = model.Norm(model.Tensors.Family.Prediction.Norm);
    private readonly LinearWeights _decoder = model.Linear(model.Tensors.Family.Prediction.Decoder);

    /// <summary>The scratch memory of one call.</summary>
    public sealed class Scratch
    {
        private readonly MatrixBuffer _transformed = new();

        /// <summary>[rows, embedding]: hidden states before the decoder.</summary>
        public Matrix Transformed { get; private set; }

        public void Shape(int rows, int embeddingSize) => Transformed = _transformed.Shape(rows, embeddingSize);
    }

    /// <summary>Writes <paramref name="logits"/>, [rows, vocabulary], from the rows of <paramref name="states"/>, [rows, hidden].</summary>
    public void Run(TeamThread thread, Matrix states, Scratch scratch, Matrix logits)
    {
        Matrix transformed = scratch.Transformed;
        LinearActivation(thread, states, _dense, _activation, transformed);     // [rows, E]
        LayerNorm(thread, transformed, _norm, transformed);
        Linear(thread, transformed, _decoder, logits);                          // [rows, V]
    }
}
