using System.Collections.Immutable;

namespace AlbertNative.Model;

/// <summary>A tensor that a model needs: its name in Hugging Face's headed classes and its shape.</summary>
/// <param name="Name">The name, with the <c>albert.</c> prefix where it belongs to the base model.</param>
/// <param name="Shape">The dimensions; a linear layer's weight is [out, in].</param>
public sealed record ExpectedTensor(string Name, ImmutableArray<long> Shape)
{
    /// <summary>The number of elements.</summary>
    public long ElementCount => Shape.Aggregate(1L, (product, dimension) => product * dimension);

    /// <summary>Other names under which checkpoints hold the same weights; any one of them is enough.</summary>
    public ImmutableArray<string> TiedNames { get; init; } = [];

    /// <summary>False for the pooler of an <c>AlbertModel</c>, which many checkpoints were saved without.</summary>
    public bool Required { get; init; } = true;
}
