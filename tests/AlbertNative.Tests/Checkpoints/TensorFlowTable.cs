using System.Buffers.Binary;
using System.Text;
using AlbertNative.Checkpoints;

namespace AlbertNative.Tests.Checkpoints;

/// <summary>Tables and messages of TensorFlow checkpoints put together by hand.</summary>
internal static class TensorFlowTable
{
    private const int TrailerLength = 5;

    public static byte[] Varint(ulong value)
    {
        List<byte> bytes = [];
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return [.. bytes];
    }

    /// <summary>A block of one entry after another, the first of which is its only restart.</summary>
    public static byte[] Block(params ReadOnlySpan<(byte[] Key, byte[] Value)> entries)
    {
        using MemoryStream block = new();
        byte[] before = [];
        foreach ((byte[] key, byte[] value) in entries)
        {
            int shared = key.AsSpan().CommonPrefixLength(before);
            block.Write([.. Varint((ulong)shared), .. Varint((ulong)(key.Length - shared)), .. Varint((ulong)value.Length), .. key.AsSpan(shared), .. value]);
            before = key;
        }
        block.Write([0, 0, 0, 0, 1, 0, 0, 0]);
        return block.ToArray();
    }

    /// <summary>A table of one block.</summary>
    public static byte[] Table(byte[] block, byte compression = 0)
    {
        using MemoryStream file = new();
        byte[] data = Store(block, compression);
        byte[] metadata = Store(Block(), 0);
        byte[] metadataHandle = [.. Varint((ulong)data.Length), .. Varint((ulong)metadata.Length - TrailerLength)];
        byte[] index = Store(Block(([0xFF, 0xFF], [0, .. Varint((ulong)data.Length - TrailerLength)])), 0);
        byte[] footer = new byte[48];
        ((byte[])[.. metadataHandle, .. Varint((ulong)(data.Length + metadata.Length)), .. Varint((ulong)index.Length - TrailerLength)]).CopyTo(footer, 0);
        BinaryPrimitives.WriteUInt64LittleEndian(footer.AsSpan(40), 0xDB4775248B80FB57);
        file.Write([.. data, .. metadata, .. index, .. footer]);
        return file.ToArray();
    }

    /// <summary>A table with a header for one shard, and these entries.</summary>
    public static byte[] Index(params ReadOnlySpan<(byte[] Key, byte[] Value)> entries) =>
        Table(Block([([], [0x08, 1, 0x1A, 2, 0x08, 1]), .. entries]));

    /// <summary>An entry of floats.</summary>
    public static byte[] Entry(long[] shape, long offset, ReadOnlySpan<byte> data)
    {
        byte[] dimensions = [.. shape.SelectMany(d => Message(2, [0x08, .. Varint((ulong)d)]))];
        byte[] checksum = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(checksum, MaskedCrc32C.Finish(MaskedCrc32C.Append(MaskedCrc32C.Start, data)));
        return [0x08, 1, .. Message(2, dimensions), 0x20, .. Varint((ulong)offset), 0x28, .. Varint((ulong)data.Length), 0x35, .. checksum];
    }

    public static byte[] Message(int field, ReadOnlySpan<byte> bytes) => [(byte)((field << 3) | 2), .. Varint((ulong)bytes.Length), .. bytes];

    public static byte[] Name(string name) => Encoding.UTF8.GetBytes(name);

    /// <summary>Gives the blocks of a table, as far as they can be found, the checksums of what they hold.</summary>
    public static void MendChecksums(Span<byte> table)
    {
        if (table.Length < 48)
            return;
        WireReader footer = new(table[^48..]);
        _ = footer.TryReadVarint(out ulong metadata) & footer.TryReadVarint(out ulong metadataSize);
        _ = footer.TryReadVarint(out ulong index) & footer.TryReadVarint(out ulong indexSize);
        Mend(table, index, indexSize);
        // Blocks follow one another, so the first is before the metadata: mend what the index's values say.
        if (index < (ulong)table.Length && indexSize < (ulong)table.Length - index)
            MendEntries(table, table.Slice((int)index, (int)indexSize).ToArray());
        Mend(table, metadata, metadataSize);
    }

    private static void MendEntries(Span<byte> table, ReadOnlySpan<byte> index)
    {
        WireReader reader = new(index);
        while (reader.TryReadLength(out _) && reader.TryReadLength(out int unshared) && reader.TryReadLength(out int length)
            && reader.TryTake(unshared, out _) && reader.TryTake(length, out ReadOnlySpan<byte> value))
        {
            WireReader handle = new(value);
            if (handle.TryReadVarint(out ulong offset) && handle.TryReadVarint(out ulong size))
                Mend(table, offset, size);
        }
    }

    private static void Mend(Span<byte> table, ulong offset, ulong size)
    {
        if (offset > (ulong)table.Length || size > (ulong)table.Length - offset || (ulong)table.Length - offset - size < TrailerLength)
            return;
        Span<byte> block = table.Slice((int)offset, (int)size + TrailerLength);
        BinaryPrimitives.WriteUInt32LittleEndian(block[^4..], MaskedCrc32C.Finish(MaskedCrc32C.Append(MaskedCrc32C.Start, block[..^4])));
    }

    private static byte[] Store(byte[] block, byte compression)
    {
        byte[] stored = [.. block, compression, 0, 0, 0, 0];
        Mend(stored, 0, (ulong)block.Length);
        return stored;
    }
}
