using System.Collections.Immutable;
using AlbertNative.Checkpoints;

namespace AlbertNative.Model.Onnx;

/// <summary>What a weighted operation of a graph is.</summary>
internal enum OnnxPartKind
{
    /// <summary>Rows of a table by index: <c>Gather</c>.</summary>
    Embedding,

    /// <summary>A matrix product and a bias: <c>MatMul</c> and <c>Add</c>, or <c>Gemm</c>.</summary>
    Linear,

    /// <summary>A LayerNorm, as one operator or by its last two steps, <c>Mul</c> and <c>Add</c>.</summary>
    Norm,
}

/// <summary>Where, in a product of two computed values, a value came in.</summary>
internal enum ProductSide
{
    /// <summary>In no such product.</summary>
    None,

    /// <summary>As the first factor of the first product on the way.</summary>
    Left,

    /// <summary>As the second factor of the first product on the way.</summary>
    Right,
}

/// <summary>
/// Something that a value was computed from, with nothing weighted in between: a part (by its index), or an input of
/// the graph (as the complement of its index).
/// </summary>
/// <param name="Source">The part's index, or the complement of the graph input's.</param>
/// <param name="Side">The side on which it entered a product of computed values, as in attention.</param>
/// <param name="IsSoftmaxed">True where a softmax lies on the way.</param>
internal readonly record struct OnnxOrigin(int Source, ProductSide Side, bool IsSoftmaxed);

/// <summary>A weighted operation: an embedding, a linear layer or a LayerNorm.</summary>
internal sealed class OnnxPart
{
    public required int Index { get; init; }

    public required OnnxPartKind Kind { get; init; }

    /// <summary>The node's name, or its output's where it has none; for messages.</summary>
    public required string Name { get; init; }

    /// <summary>The value that enters; of an embedding, the indices.</summary>
    public required string Input { get; init; }

    /// <summary>The value that leaves.</summary>
    public required string Output { get; init; }

    /// <summary>What <see cref="Input"/> was computed from.</summary>
    public required ImmutableArray<OnnxOrigin> Origins { get; init; }

    /// <summary>The matrix, as the graph holds it; of a LayerNorm, the scale.</summary>
    public required CheckpointTensor Weight { get; init; }

    /// <summary>True where the matrix is [inputs, outputs], the transpose of a checkpoint's.</summary>
    public bool IsTransposed { get; init; }

    /// <summary>The bias; null for an embedding.</summary>
    public CheckpointTensor? Bias { get; init; }

    /// <summary>The epsilon of a LayerNorm that is one operator; null where it is spelled out.</summary>
    public float? Epsilon { get; init; }

    /// <summary>The number of a linear layer's outputs.</summary>
    public long OutputCount => Weight.Shape[IsTransposed ? 1 : 0];

    /// <summary>The number of a linear layer's inputs.</summary>
    public long InputCount => Weight.Shape[IsTransposed ? 0 : 1];

    public override string ToString() => $"{Kind} '{Name}'";
}
