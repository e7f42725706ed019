using System.Buffers.Binary;
using System.Collections.Immutable;

namespace AlbertNative.Checkpoints;

/// <summary>
/// Opens a safetensors file: the header's length (8 bytes), the header, the data. The tensors must tile the data:
/// no overlap, no hole, nothing past the end and nothing left over.
/// </summary>
internal static class SafetensorsReader
{
    private const int LengthBytes = 8;
    private const long MaxHeaderBytes = 100_000_000;

    /// <summary>The tensors of a mapped file, which stays the caller's to dispose.</summary>
    public static Checkpoint Read(MappedFile file)
    {
        string path = file.Path;
        AllocationBudget budget = new(path, file.Length);
        int headerLength = ReadHeaderLength(file);
        SafetensorsHeader header;
        using (StorageLease lease = file.Lease(LengthBytes, headerLength))
            header = SafetensorsHeader.Parse(path, lease.Span, budget);

        long dataStart = LengthBytes + headerLength;
        CheckTiling(path, header.Entries, file.Length - dataStart);
        ImmutableArray<CheckpointTensor>.Builder tensors = ImmutableArray.CreateBuilder<CheckpointTensor>(header.Entries.Count);
        foreach (SafetensorsHeader.Entry entry in header.Entries)
        {
            // A section each: the format does not promise that a tensor starts at a multiple of its element size.
            MappedSection section = new(file, dataStart + entry.Begin, entry.End - entry.Begin);
            tensors.Add(new CheckpointTensor(
                entry.Name, entry.Type, section, new TensorLayout(entry.Shape, entry.ElementCount, offset: 0)));
        }
        return new Checkpoint(path, tensors.MoveToImmutable(), header.Metadata, [file]);
    }

    private static int ReadHeaderLength(MappedFile file)
    {
        if (file.Length < LengthBytes + 2)
        {
            string found = file.Length == 0 ? ": an empty file, or a pipe or a device" : "";
            throw new CheckpointFormatException(file.Path, $"{file.Length} bytes are too few for a safetensors file{found}");
        }
        Span<byte> start = stackalloc byte[LengthBytes];
        using (StorageLease lease = file.Lease(0, start.Length))
            lease.Span.CopyTo(start);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(start);
        if (length > MaxHeaderBytes || length > (ulong)(file.Length - LengthBytes))
        {
            throw new CheckpointFormatException(file.Path,
                $"the safetensors header is said to be {length} bytes long, more than the file's {file.Length} or 100 MB");
        }
        return (int)length;
    }

    private static void CheckTiling(string path, IReadOnlyList<SafetensorsHeader.Entry> entries, long dataLength)
    {
        SafetensorsHeader.Entry[] sorted = [.. entries];
        Array.Sort(sorted, static (a, b) => a.Begin != b.Begin ? a.Begin.CompareTo(b.Begin) : a.End.CompareTo(b.End));
        long at = 0;
        foreach (SafetensorsHeader.Entry entry in sorted)
        {
            string? fault = entry.End > dataLength ? $"ends past the {dataLength} bytes of data"
                : entry.Begin < at ? $"overlaps the tensor before it, which ends at {at}"
                : entry.Begin > at ? $"leaves a hole after {at}"
                : null;
            if (fault is not null)
                throw new CheckpointFormatException(path, $"tensor '{entry.Name}' at [{entry.Begin}, {entry.End}) {fault}");
            at = entry.End;
        }
        if (at != dataLength)
            throw new CheckpointFormatException(path, $"the tensors end at {at}, the data at {dataLength}");
    }
}
