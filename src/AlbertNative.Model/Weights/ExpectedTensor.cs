using System.Collections.Immutable;

namespace AlbertNative.Model;

/// <summary>A tensor that a model needs: its name in Hugging Face's headed classes and its shape.</summary>
/// <param name="Name">The name, with the base model's prefix where it belongs to that.</param>
/// <param name="Shape">The dimensions; a linear layer's weight is [out, in].</param>
public sealed record ExpectedTensor(string Name, ImmutableArray<long> Shape)
{
    /// <summary>The number of elements.</summary>
    public long ElementCount => WeightTensor.Count(Shape);

    /// <summary>The name under which a file may hold the same weights instead; null where there is none.</summary>
    public string? OtherName { get; init; }

    /// <summary>True for a copy that files are saved without: what is meant is then the tensor of <see cref="OtherName"/>.</summary>
    public bool IsCopy { get; init; }

    /// <summary>False for what many checkpoints were saved without: the pooler of a class without a head.</summary>
    public bool Required { get; init; } = true;
}
