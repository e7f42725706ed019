using AlbertNative.Tensors;
using AlbertNative.Tensors.Threading;
using static AlbertNative.Tensors.TensorOps;

namespace AlbertNative.Model;

/// <summary>tanh(W x + b) of each sequence's first token.</summary>
internal sealed class Pooler(ResolvedWeights tensors)
{
    private readonly LinearWeights _weights = tensors.Linear(TensorCatalogue.Pooler);

    /// <summary>Writes <paramref name="pooled"/>, [sequences, hidden].</summary>
    /// <param name="thread">The calling thread's place in its team.</param>
    /// <param name="pass">The pass that computed <paramref name="states"/>.</param>
    /// <param name="states">The last hidden state: of all tokens, or where the pass selects rows, of the first tokens alone.</param>
    /// <param name="pooled">Takes the result.</param>
    public void Run(TeamThread thread, ForwardPass pass, Matrix states, Matrix pooled)
    {
        if (!pass.Workspace.Selects)
        {
            TokenBatch batch = pass.Workspace.Batch;
            GatherRows(thread, states, batch.SequenceStarts[..batch.SequenceCount], pass.FirstStates);
            states = pass.FirstStates;
        }
        LinearActivation(thread, states, _weights, Activation.Tanh, pooled);
    }
}
