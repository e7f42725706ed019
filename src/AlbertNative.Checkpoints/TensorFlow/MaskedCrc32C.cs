using System.Buffers.Binary;
using System.Numerics;

namespace AlbertNative.Checkpoints;

/// <summary>
/// CRC-32C (Castagnoli) as LevelDB stores it: rotated and with a constant added, so that the checksum of bytes that hold
/// their own checksum does not come out as a constant.
/// </summary>
internal static class MaskedCrc32C
{
    private const uint MaskDelta = 0xA282EAD8;

    /// <summary>The state before the first byte.</summary>
    public const uint Start = uint.MaxValue;

    /// <summary>The state after more bytes.</summary>
    public static uint Append(uint state, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            state = BitOperations.Crc32C(state, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (byte b in bytes)
            state = BitOperations.Crc32C(state, b);
        return state;
    }

    /// <summary>The checksum that is stored for a state.</summary>
    public static uint Finish(uint state)
    {
        uint crc = ~state;
        return BitOperations.RotateRight(crc, 15) + MaskDelta;
    }
}
