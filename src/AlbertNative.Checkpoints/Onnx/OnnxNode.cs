using System.Collections.Immutable;

namespace AlbertNative.Checkpoints;

/// <summary>One operation of an ONNX graph.</summary>
/// <param name="OpType">The operator, as in <c>MatMul</c>.</param>
/// <param name="Domain">The operator's domain; empty for ONNX's own operators.</param>
/// <param name="Name">The node's name; may be empty.</param>
/// <param name="Inputs">Names of the values it reads; an empty one stands for an optional input that is left out.</param>
/// <param name="Outputs">Names of the values it makes.</param>
/// <param name="Attributes">Its attributes, but for graphs, sparse tensors and lists of anything else than integers.</param>
public sealed record OnnxNode(
    string OpType,
    string Domain,
    string Name,
    ImmutableArray<string> Inputs,
    ImmutableArray<string> Outputs,
    ImmutableArray<OnnxAttribute> Attributes)
{
    /// <summary>The attribute of that name, or null.</summary>
    public OnnxAttribute? FindAttribute(string name) => Attributes.FirstOrDefault(a => a.Name == name);
}

/// <summary>One attribute of a node; the member of its kind is set, the others are null or default.</summary>
public sealed record OnnxAttribute(string Name)
{
    /// <summary>The value of an integer.</summary>
    public long? Integer { get; init; }

    /// <summary>The value of a float.</summary>
    public float? Float { get; init; }

    /// <summary>The value of a string.</summary>
    public string? Text { get; init; }

    /// <summary>The values of a list of integers.</summary>
    public ImmutableArray<long> Integers { get; init; }

    /// <summary>The value of a tensor, where its type is one that checkpoints have.</summary>
    public CheckpointTensor? Tensor { get; init; }
}
