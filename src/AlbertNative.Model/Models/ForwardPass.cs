using AlbertNative.Tensors;
using AlbertNative.Tensors.Threading;

namespace AlbertNative.Model;

/// <summary>One call of a model: its scratch memory, and the program that the team's threads run together.</summary>
internal sealed class ForwardPass(AlbertPreTrainedModel model, AlbertEncoder encoder) : TeamProgram
{
    private readonly MatrixBuffer _firstStates = new(), _pooled = new(), _transformed = new();
    private ModelOutput? _output;

    /// <summary>The encoder's intermediate results.</summary>
    public Workspace Workspace { get; } = new(model.Config, model.Precision);

    /// <summary>[sequences, hidden]: the last hidden state of each sequence's first token.</summary>
    public Matrix FirstStates { get; private set; }

    /// <summary>[sequences, hidden]</summary>
    public Matrix Pooled { get; private set; }

    /// <summary>[rows, embedding]: the masked-LM head's hidden states before its decoder.</summary>
    public Matrix Transformed { get; private set; }

    /// <summary>Shapes everything, so that the program itself only computes.</summary>
    /// <param name="batch">The tokens.</param>
    /// <param name="rows">The rows of the last hidden state that the head needs, ascending; empty for all.</param>
    /// <param name="output">Where the results go, shaped already.</param>
    public void Prepare(TokenBatch batch, ReadOnlySpan<int> rows, ModelOutput output)
    {
        _output = output;
        Workspace.Prepare(batch, rows, output.HiddenStateMatrices);
        FirstStates = _firstStates.Shape(batch.SequenceCount, model.Config.HiddenSize);
        Pooled = _pooled.Shape(batch.SequenceCount, model.Config.HiddenSize);
        Transformed = _transformed.Shape(rows.IsEmpty ? batch.TokenCount : rows.Length, model.Config.EmbeddingSize);
    }

    /// <summary>Lets go of the caller's objects.</summary>
    public void Release() => _output = null;

    protected override void Run(TeamThread thread) =>
        model.RunHead(thread, this, encoder.Forward(thread, Workspace), _output!);
}
