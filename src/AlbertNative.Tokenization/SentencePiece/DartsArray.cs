using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace AlbertNative.Tokenization.SentencePiece;

/// <summary>
/// A double-array trie over bytes in the format of Darts-clone, little-endian, as SentencePiece stores it. Every
/// access is bounded, whatever the units say.
/// </summary>
/// <param name="units">The units.</param>
/// <remarks>
/// A unit: bits 0-7 its label, bit 8 whether a key ends here, bit 9 whether the offset is scaled by 256, bits
/// 10-30 the offset, bit 31 set in units that hold a value.
/// </remarks>
internal readonly struct DartsArray(uint[] units)
{
    private const uint LabelMask = 0x800000FF;
    private const uint EndBit = 1u << 8;
    private const uint ScaleBit = 1u << 9;

    /// <summary>Number of units.</summary>
    public int Count => units.Length;

    /// <summary>Where the empty key's children are.</summary>
    public int Root => units.Length == 0 ? 0 : Offset(units[0]);

    /// <summary>Copies the array out of its bytes; those after the last whole unit are not read.</summary>
    public static DartsArray Read(ReadOnlySpan<byte> bytes)
    {
        uint[] units = MemoryMarshal.Cast<byte, uint>(bytes).ToArray();
        if (!BitConverter.IsLittleEndian)
            BinaryPrimitives.ReverseEndianness(units, units);
        return new DartsArray(units);
    }

    /// <summary>Goes along one byte; <paramref name="ends"/> tells whether a key ends there.</summary>
    public bool Step(ref int node, byte label, out bool ends)
    {
        uint at = (uint)(node ^ label);
        ends = false;
        if (at >= (uint)units.Length || (units[at] & LabelMask) != label)
            return false;
        ends = (units[at] & EndBit) != 0;
        node = (int)at ^ Offset(units[at]);
        return true;
    }

    /// <summary>Makes a key end no more; what begins with it stays.</summary>
    /// <param name="bytes">The array's bytes.</param>
    /// <param name="key">The key.</param>
    public void Remove(Span<byte> bytes, ReadOnlySpan<byte> key)
    {
        int node = Root, at = 0;
        foreach (byte label in key)
        {
            at = node ^ label;
            if (!Step(ref node, label, out _))
                return;
        }
        Span<byte> unit = bytes.Slice(at * sizeof(uint), sizeof(uint));
        BinaryPrimitives.WriteUInt32LittleEndian(unit, BinaryPrimitives.ReadUInt32LittleEndian(unit) & ~EndBit);
    }

    /// <summary>The value of the key that ends at <paramref name="node"/>, or -1 where the array has none.</summary>
    public int Value(int node) => (uint)node < (uint)units.Length ? (int)(units[node] & int.MaxValue) : -1;

    private static int Offset(uint unit) => (int)((unit >> 10) << ((unit & ScaleBit) != 0 ? 8 : 0));
}
