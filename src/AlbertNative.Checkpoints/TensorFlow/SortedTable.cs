using System.Buffers.Binary;

namespace AlbertNative.Checkpoints;

/// <summary>
/// A table of LevelDB's format (https://github.com/google/leveldb/blob/main/doc/table_format.md), which the index of a
/// TensorFlow checkpoint is: blocks of entries whose keys ascend, a block of metadata, an index of the blocks, a footer.
/// Blocks follow one another, so that each is read once; checksums, order and bounds are checked on the way.
/// </summary>
internal sealed class SortedTable(MappedFile file, AllocationBudget budget)
{
    private const int FooterLength = 48;
    private const int TrailerLength = 5;
    private const ulong Magic = 0xDB4775248B80FB57;
    private const int MaxKeyLength = 8192;

    private readonly byte[] _key = new byte[MaxKeyLength];
    private int _keyLength = -1;

    /// <summary>Is given the entries in the order of their keys.</summary>
    public delegate void Visit(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value);

    private readonly record struct Handle(long Offset, long Size)
    {
        public long End => Offset + Size + TrailerLength;
    }

    /// <summary>Reads every entry.</summary>
    /// <exception cref="CheckpointFormatException">The table is damaged.</exception>
    public void Read(Visit visit)
    {
        (Handle metadata, Handle index) = ReadFooter();
        if (metadata.End > index.Offset)
            throw Error($"the index block at {index.Offset} does not lie after the metadata block, which ends at {metadata.End}");
        ReadBlock(metadata, static (_, _) => { });
        List<(Handle Handle, byte[] Key)> blocks = [];
        long end = 0;
        _keyLength = -1;
        ReadBlock(index, (key, value) =>
        {
            Handle handle = ReadHandle(value, "the index");
            if (handle.Offset < end || handle.End > metadata.Offset)
                throw Error($"the block of {handle.Size} bytes at {handle.Offset} overlaps another block");
            end = handle.End;
            budget.ChargeString(key.Length);
            budget.Charge(64);
            blocks.Add((handle, key.ToArray()));
        });
        _keyLength = -1;
        foreach ((Handle handle, byte[] bound) in blocks)
        {
            ReadBlock(handle, visit);
            if (_keyLength >= 0 && Key.SequenceCompareTo(bound) > 0)
                throw Error($"the block at {handle.Offset} has keys past the one that the index gives for it");
            // What follows has to lie above the bound, not only above the last key.
            bound.CopyTo(_key, 0);
            _keyLength = bound.Length;
        }
    }

    private ReadOnlySpan<byte> Key => _key.AsSpan(0, _keyLength);

    private (Handle Metadata, Handle Index) ReadFooter()
    {
        if (file.Length < FooterLength)
            throw Error($"{file.Length} bytes are too few for the index of a TensorFlow checkpoint");
        using StorageLease lease = file.Lease(file.Length - FooterLength, FooterLength);
        if (BinaryPrimitives.ReadUInt64LittleEndian(lease.Span[^sizeof(ulong)..]) != Magic)
            throw Error("not the index of a TensorFlow checkpoint: it does not end with a table's magic number");
        WireReader reader = new(lease.Span[..^sizeof(ulong)]);
        return (ReadHandle(ref reader, "the footer"), ReadHandle(ref reader, "the footer"));
    }

    private Handle ReadHandle(ReadOnlySpan<byte> value, string where)
    {
        WireReader reader = new(value);
        Handle handle = ReadHandle(ref reader, where);
        return reader.Rest.IsEmpty ? handle : throw Error($"{where} has a handle with {reader.Rest.Length} bytes after it");
    }

    private Handle ReadHandle(ref WireReader reader, string where)
    {
        if (!reader.TryReadVarint(out ulong offset) || !reader.TryReadVarint(out ulong size))
            throw Error($"{where} has a damaged handle");
        ulong most = (ulong)(file.Length - FooterLength);
        return offset <= most && size <= most - offset && most - offset - size >= TrailerLength
            ? new Handle((long)offset, (long)size)
            : throw Error($"{where} names a block of {size} bytes at {offset}, past the end of the file's {file.Length}");
    }

    private void ReadBlock(Handle handle, Visit visit)
    {
        if (handle.Size > int.MaxValue - TrailerLength)
            throw Error($"a block of {handle.Size} bytes, more than a table has");
        using StorageLease lease = file.Lease(handle.Offset, (int)handle.Size + TrailerLength);
        ReadOnlySpan<byte> stored = lease.Span[..^TrailerLength];
        byte type = lease.Span[^TrailerLength];
        uint crc = MaskedCrc32C.Finish(MaskedCrc32C.Append(MaskedCrc32C.Start, lease.Span[..^sizeof(uint)]));
        if (crc != BinaryPrimitives.ReadUInt32LittleEndian(lease.Span[^sizeof(uint)..]))
            throw Error($"the block at {handle.Offset} does not have the checksum that is stored for it");
        ReadEntries(handle, type switch
        {
            0 => stored,
            1 => Decompress(handle, stored),
            _ => throw Error($"the block at {handle.Offset} has compression {type}, supported are 0 (none) and 1 (Snappy)"),
        }, visit);
    }

    private byte[] Decompress(Handle handle, ReadOnlySpan<byte> stored)
    {
        if (!SnappyBlock.TryReadLength(stored, out int length))
            throw Error($"the block at {handle.Offset} of {stored.Length} bytes is said to hold more than Snappy can put into them");
        budget.ChargeInflated($"the block at {handle.Offset}", length);
        byte[] bytes = new byte[length];
        return SnappyBlock.TryDecompress(stored, bytes) ? bytes : throw Error($"the block at {handle.Offset} is not valid Snappy data");
    }

    // Entries, then the offsets of those that share nothing with the one before them (the first does not), then their number.
    private void ReadEntries(Handle handle, ReadOnlySpan<byte> block, Visit visit)
    {
        uint count = block.Length < sizeof(uint) ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(block[^sizeof(uint)..]);
        if (count == 0 || count > (block.Length / sizeof(uint)) - 1)
            throw Error($"the block at {handle.Offset} of {block.Length} bytes is said to have {count} restarts");
        int length = block.Length - ((1 + (int)count) * sizeof(uint));
        ReadOnlySpan<byte> restarts = block[length..^sizeof(uint)];
        if (BinaryPrimitives.ReadUInt32LittleEndian(restarts) != 0)
            throw Error($"the block at {handle.Offset} has a first restart that is not its beginning");
        WireReader reader = new(block[..length]);
        while (!reader.Rest.IsEmpty)
        {
            bool isRestart = !restarts.IsEmpty && BinaryPrimitives.ReadUInt32LittleEndian(restarts) == length - reader.Rest.Length;
            if (isRestart)
                restarts = restarts[sizeof(uint)..];
            ReadEntry(handle, ref reader, isRestart, visit);
        }
        // An empty block has the one restart at its beginning.
        if (restarts.Length != (length == 0 ? sizeof(uint) : 0))
            throw Error($"the block at {handle.Offset} has restarts where no entries begin");
    }

    private void ReadEntry(Handle handle, ref WireReader reader, bool isRestart, Visit visit)
    {
        if (!reader.TryReadLength(out int shared) || !reader.TryReadLength(out int unshared) || !reader.TryReadLength(out int valueLength)
            || !reader.TryTake(unshared, out ReadOnlySpan<byte> suffix) || !reader.TryTake(valueLength, out ReadOnlySpan<byte> value))
        {
            throw Error($"an entry of the block at {handle.Offset} runs past its end");
        }
        if (shared > Math.Max(_keyLength, 0) || (isRestart && shared > 0))
            throw Error($"a key of the block at {handle.Offset} shares {shared} bytes with one before it that has fewer");
        if (shared > MaxKeyLength - unshared)
            throw Error($"a key of the block at {handle.Offset} is longer than {MaxKeyLength} bytes");
        // Above the key before it: the rest of that one is where this one's own bytes go.
        if (_keyLength >= 0 && suffix.SequenceCompareTo(Key[shared..]) <= 0)
            throw Error($"the keys of the block at {handle.Offset} do not ascend");
        suffix.CopyTo(_key.AsSpan(shared));
        _keyLength = shared + unshared;
        visit(Key, value);
    }

    private CheckpointFormatException Error(string problem) => new(file.Path, problem);
}
