using AlbertNative.Tensors;

namespace AlbertNative.Model;

/// <summary>The logits of one head: what the rows and the columns stand for, its class says.</summary>
public sealed class LogitsOutput : ModelOutput
{
    internal OutputMatrix Scores { get; } = new();

    /// <summary>The head's scores before softmax or sigmoid, a row for each token, sequence or choice.</summary>
    /// <exception cref="InvalidOperationException">No forward pass has filled this output.</exception>
    public Matrix Logits => Scores.Value;
}
