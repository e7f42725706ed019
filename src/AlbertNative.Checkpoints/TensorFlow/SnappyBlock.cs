using System.Buffers.Binary;

namespace AlbertNative.Checkpoints;

/// <summary>
/// Snappy's raw format, https://github.com/google/snappy/blob/main/format_description.txt: the length, then literals and
/// copies of what came before.
/// </summary>
internal static class SnappyBlock
{
    // The most that three bytes stand for is a copy of 64.
    private const int MaxRatio = 22;

    /// <summary>Reads the length that a block is said to have; false where its bytes cannot make that many.</summary>
    public static bool TryReadLength(ReadOnlySpan<byte> block, out int length)
    {
        WireReader reader = new(block);
        return reader.TryReadLength(out length) && length <= (long)MaxRatio * block.Length;
    }

    /// <summary>Fills <paramref name="destination"/>, which is as long as the block says; false where it does not.</summary>
    public static bool TryDecompress(ReadOnlySpan<byte> block, Span<byte> destination)
    {
        WireReader reader = new(block);
        if (!reader.TryReadLength(out int length) || length != destination.Length)
            return false;
        int at = 0;
        while (reader.TryTake(1, out ReadOnlySpan<byte> tag))
        {
            bool isDone = (tag[0] & 3) == 0
                ? TryCopyLiteral(ref reader, tag[0] >> 2, destination, ref at)
                : TryCopyEarlier(ref reader, tag[0], destination, ref at);
            if (!isDone)
                return false;
        }
        return at == length;
    }

    // Lengths up to 60 are in the tag, longer ones in one to four bytes after it.
    private static bool TryCopyLiteral(ref WireReader reader, int size, Span<byte> destination, ref int at)
    {
        long length = size + 1;
        if (size >= 60)
        {
            if (!reader.TryTake(size - 59, out ReadOnlySpan<byte> digits))
                return false;
            length = 1;
            for (int i = 0; i < digits.Length; i++)
                length += (long)digits[i] << (8 * i);
        }
        if (length > destination.Length - at || !reader.TryTake((int)length, out ReadOnlySpan<byte> literal))
            return false;
        literal.CopyTo(destination[at..]);
        at += literal.Length;
        return true;
    }

    private static bool TryCopyEarlier(ref WireReader reader, byte tag, Span<byte> destination, ref int at)
    {
        int kind = tag & 3;
        if (!reader.TryTake(kind == 3 ? sizeof(uint) : kind, out ReadOnlySpan<byte> digits))
            return false;
        int length = kind == 1 ? 4 + ((tag >> 2) & 7) : 1 + (tag >> 2);
        long offset = kind switch
        {
            1 => ((tag >> 5) << 8) | digits[0],
            2 => BinaryPrimitives.ReadUInt16LittleEndian(digits),
            _ => BinaryPrimitives.ReadUInt32LittleEndian(digits),
        };
        if (offset == 0 || offset > at || length > destination.Length - at)
            return false;
        // Byte by byte: a copy may reach into what it writes.
        for (int i = 0; i < length; i++, at++)
            destination[at] = destination[at - (int)offset];
        return true;
    }
}
