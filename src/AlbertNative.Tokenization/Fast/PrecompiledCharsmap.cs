using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Unicode;

namespace AlbertNative.Tokenization.Fast;

/// <summary>
/// SentencePiece's precompiled character map: a little-endian u32 with the size of a Darts double-array trie over
/// UTF-8, the trie, and the replacements, each ended by a NUL. Everything is checked when it is read, so that a walk
/// never leaves the arrays.
/// </summary>
internal sealed class PrecompiledCharsmap
{
    private const uint LeafFlag = 1u << 31;
    private const uint HasLeafFlag = 1u << 8;
    private const uint LabelMask = LeafFlag | 0xFF;

    private readonly uint[] _units;
    private readonly byte[] _replacements;
    private readonly string?[] _texts;

    /// <summary>Reads the blob.</summary>
    /// <exception cref="FormatException">It is not of this form; the message says in what.</exception>
    public PrecompiledCharsmap(ReadOnlySpan<byte> blob)
    {
        if (blob.Length < sizeof(uint))
            throw new FormatException($"a character map needs at least {sizeof(uint)} bytes, this one has {blob.Length}");
        uint size = BinaryPrimitives.ReadUInt32LittleEndian(blob);
        ReadOnlySpan<byte> rest = blob[sizeof(uint)..];
        if (size == 0 || size % sizeof(uint) != 0 || size > rest.Length)
            throw new FormatException($"a character map of {blob.Length} bytes cannot have a trie of {size}");
        _units = MemoryMarshal.Cast<byte, uint>(rest[..(int)size]).ToArray();
        if (!BitConverter.IsLittleEndian)
            BinaryPrimitives.ReverseEndianness(_units, _units);
        ReadOnlySpan<byte> replacements = rest[(int)size..];
        if (!Utf8.IsValid(replacements))
            throw new FormatException("the character map's replacements are not UTF-8");
        CheckUnits(replacements.Length);
        _replacements = replacements.ToArray();
        _texts = new string?[_replacements.Length];
    }

    /// <summary>
    /// The replacement of the shortest entry that <paramref name="utf8"/> begins with, or null. A NUL ends the search.
    /// </summary>
    public string? OfShortestPrefix(ReadOnlySpan<byte> utf8)
    {
        uint node = Offset(_units[0]);
        foreach (byte label in utf8)
        {
            node ^= label;
            uint unit = _units[node];
            if (label == 0 || (unit & LabelMask) != label)
                return null;
            node ^= Offset(unit);
            if ((unit & HasLeafFlag) != 0)
                return Text((int)(_units[node] & ~LeafFlag));
        }
        return null;
    }

    private string Text(int index)
    {
        // Two threads may both decode it, to equal strings.
        if (_texts[index] is string known)
            return known;
        ReadOnlySpan<byte> bytes = _replacements.AsSpan(index);
        int length = bytes.IndexOf((byte)0);
        return _texts[index] = System.Text.Encoding.UTF8.GetString(length < 0 ? bytes : bytes[..length]);
    }

    private void CheckUnits(int replacementBytes)
    {
        for (uint i = 0; i < _units.Length; i++)
        {
            uint unit = _units[i];
            if ((unit & LeafFlag) != 0)
                continue;
            uint children = i ^ Offset(unit);
            if ((children | 0xFF) >= _units.Length)
                throw new FormatException($"unit {i} of the character map's trie points outside it");
            uint value = _units[children] & ~LeafFlag;
            if ((unit & HasLeafFlag) != 0 && value >= replacementBytes)
                throw new FormatException($"the character map's replacement {value} is outside its {replacementBytes} bytes");
        }
    }

    private static uint Offset(uint unit) => (unit >> 10) << (int)((unit & (1u << 9)) >> 6);
}
