using AlbertNative.Model;

namespace AlbertNative;

/// <summary>What was written, or would be.</summary>
public sealed record ConversionSummary
{
    /// <summary>The weights.</summary>
    public required IReadOnlyList<ConvertedTensor> Tensors { get; init; }

    /// <summary>The source's tensors that are not among them, and why.</summary>
    public required IReadOnlyList<DroppedTensor> Dropped { get; init; }

    /// <summary>The parts beside the weights, under their names in Hugging Face's layout.</summary>
    public required IReadOnlyList<string> Parts { get; init; }

    /// <summary>The classes that can be loaded of the weights.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>What a reader should know: a class that is promised and not there, precision that is lost.</summary>
    public required IReadOnlyList<string> Remarks { get; init; }

    /// <summary>The bytes of all weights.</summary>
    public long WeightBytes => Tensors.Sum(tensor => tensor.ByteCount);

    /// <summary>The bytes of what was written; null where nothing was.</summary>
    public long? WrittenBytes { get; init; }
}
