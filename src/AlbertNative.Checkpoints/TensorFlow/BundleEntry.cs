using System.Collections.Immutable;

namespace AlbertNative.Checkpoints;

/// <summary>Where one tensor of a TensorFlow checkpoint lies (tensorflow/core/protobuf/tensor_bundle.proto, BundleEntryProto).</summary>
/// <param name="Type">The element type.</param>
/// <param name="Shape">The size of each dimension.</param>
/// <param name="Shard">The data file.</param>
/// <param name="Offset">The first byte in it.</param>
/// <param name="Size">The number of bytes.</param>
/// <param name="Checksum">The masked CRC-32C of the bytes.</param>
/// <param name="Slices">The parts of a partitioned variable, which has no bytes of its own; else empty.</param>
internal sealed record BundleEntry(
    TensorType Type, ImmutableArray<long> Shape, int Shard, long Offset, long Size, uint Checksum, ImmutableArray<BundleSlice> Slices);

/// <summary>A part of a variable: the start and the length in each dimension; a length of -1 is the whole dimension.</summary>
internal readonly record struct BundleSlice(ImmutableArray<long> Starts, ImmutableArray<long> Lengths);
