using System.Collections.Immutable;
using AlbertNative.Checkpoints;

namespace AlbertNative.Model;

/// <summary>A tensor of a converted model.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type of its stored elements.</param>
/// <param name="Shape">Its dimensions.</param>
public sealed record ConvertedTensor(string Name, TensorType Type, ImmutableArray<long> Shape)
{
    /// <summary>The bytes that it takes.</summary>
    public long ByteCount => WeightTensor.Count(Shape) * Type.Size;
}

/// <summary>A tensor of the source that the converted model does not have.</summary>
/// <param name="Name">Its name, as the source spells it.</param>
/// <param name="Reason">Why it is not needed.</param>
public sealed record DroppedTensor(string Name, string Reason);
