using AlbertNative.Tensors;

namespace AlbertNative.Model;

/// <summary>What <see cref="EncoderHead"/> computes.</summary>
public sealed class EncoderOutput : ModelOutput
{
    internal OutputMatrix Last { get; } = new();

    internal OutputMatrix Pooled { get; } = new();

    /// <summary>The last layer's output, [tokens, hidden], or [rows, hidden] where rows were asked for.</summary>
    /// <exception cref="InvalidOperationException">No forward pass has filled this output.</exception>
    public Matrix LastHiddenState => Last.Value;

    /// <summary>tanh of the pooler over each sequence's first token, [sequences, hidden].</summary>
    /// <exception cref="InvalidOperationException">
    /// The checkpoint has no pooler, or a sequence's column 0 is masked, or the call asked for rows; the message says which.
    /// </exception>
    public Matrix PooledOutput => Pooled.Value;
}
