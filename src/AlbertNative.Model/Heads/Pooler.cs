using AlbertNative.Tensors;
using AlbertNative.Tensors.Threading;
using static AlbertNative.Tensors.TensorOps;

namespace AlbertNative.Model;

/// <summary>tanh(W x + b) of each sequence's first token.</summary>
internal sealed class Pooler(PreTrainedModel model)
{
    private readonly LinearWeights _weights = model.Linear(model.Tensors.Family.Pooler);

    /// <summary>The scratch memory of one call.</summary>
    public sealed class Scratch
    {
        private readonly MatrixBuffer _firstStates = new(), _pooled = new();

        /// <summary>[sequences, hidden]: the last hidden state of each sequence's first token.</summary>
        public Matrix FirstStates { get; private set; }

        /// <summary>[sequences, hidden], for heads that have no output of that shape.</summary>
        public Matrix Pooled { get; private set; }

        public void Shape(TokenBatch batch, int hiddenSize)
        {
            FirstStates = _firstStates.Shape(batch.SequenceCount, hiddenSize);
            Pooled = _pooled.Shape(batch.SequenceCount, hiddenSize);
        }
    }

    /// <summary>Writes <paramref name="pooled"/>, [sequences, hidden].</summary>
    /// <param name="thread">The calling thread's place in its team.</param>
    /// <param name="call">The call; where it takes rows, they are the first tokens'.</param>
    /// <param name="states">The call's rows of the last hidden state.</param>
    /// <param name="scratch">The call's scratch memory, shaped.</param>
    /// <param name="pooled">Takes the result.</param>
    public void Run(TeamThread thread, HeadCall call, Matrix states, Scratch scratch, Matrix pooled)
    {
        if (call.TakesAllRows)
        {
            TokenBatch batch = call.Batch;
            GatherRows(thread, states, batch.SequenceStarts[..batch.SequenceCount], scratch.FirstStates);
            states = scratch.FirstStates;
        }
        LinearActivation(thread, states, _weights, Activation.Tanh, pooled);
    }
}
