using System.Collections.Immutable;

namespace AlbertNative.Checkpoints;

// What a pickle of torch.save is made of. Besides these, values are string, long, double, bool and null (None).

/// <summary>A tuple.</summary>
internal sealed record PickleTuple(object?[] Items);

/// <summary>A list.</summary>
internal sealed record PickleList(List<object?> Items);

/// <summary>A dict or an OrderedDict: pairs in the order they were set, nothing hashed, nothing replaced.</summary>
internal sealed record PickleDictionary(List<(object? Key, object? Value)> Pairs, bool IsOrdered);

/// <summary>One of the few globals that are interpreted; see <see cref="TorchGlobals"/>.</summary>
internal sealed record PickleGlobal(TorchGlobal Kind, TensorType StorageType = default);

/// <summary>
/// A typed storage by its key, or the part of it from <paramref name="ViewOffset"/>; counts are elements.
/// </summary>
internal sealed record TorchStorageReference(TensorType Type, string Key, long Count, long ViewOffset, long ViewCount);

/// <summary>A tensor over a storage; offset and strides are elements.</summary>
internal sealed record TorchTensorReference(
    TorchStorageReference Storage, long Offset, ImmutableArray<long> Shape, ImmutableArray<long> Strides);
