using System.Buffers.Binary;

namespace AlbertNative.Checkpoints;

/// <summary>
/// Varints, and the protocol buffers made of them, in bytes that are at hand. Every method returns false, and leaves
/// the reader where it is of no more use, on bytes that are none.
/// </summary>
internal ref struct WireReader(ReadOnlySpan<byte> bytes)
{
    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int LengthDelimited = 2;
    private const int Fixed32 = 5;

    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>What has not been read.</summary>
    public readonly ReadOnlySpan<byte> Rest => _rest;

    /// <summary>Reads a number of at most 64 bits, seven in a byte, lowest first.</summary>
    public bool TryReadVarint(out ulong value)
    {
        value = 0;
        for (int i = 0; i < 10 && i < _rest.Length; i++)
        {
            byte digit = _rest[i];
            // The tenth byte holds the last bit.
            if (i == 9 && digit > 1)
                return false;
            value |= (ulong)(digit & 0x7F) << (7 * i);
            if (digit < 0x80)
            {
                _rest = _rest[(i + 1)..];
                return true;
            }
        }
        return false;
    }

    /// <summary>Reads a number that has to be below 2^31.</summary>
    public bool TryReadLength(out int value)
    {
        bool isRead = TryReadVarint(out ulong number) && number <= int.MaxValue;
        value = isRead ? (int)number : 0;
        return isRead;
    }

    public bool TryTake(int count, out ReadOnlySpan<byte> taken)
    {
        taken = default;
        if (count > _rest.Length)
            return false;
        taken = _rest[..count];
        _rest = _rest[count..];
        return true;
    }

    /// <summary>Goes on to the next field of a message; at its end there is none, and the tag is 0.</summary>
    public bool TryReadField(out WireField field)
    {
        field = default;
        if (_rest.IsEmpty)
            return true;
        if (!TryReadVarint(out ulong tag) || tag >> 3 is 0 or > 0x1FFF_FFFF)
            return false;
        int number = (int)(tag >> 3);
        switch ((int)(tag & 7))
        {
            case Varint when TryReadVarint(out ulong value):
                field = new WireField(number, isMessage: false, value, default);
                return true;
            case LengthDelimited when TryReadLength(out int length) && TryTake(length, out ReadOnlySpan<byte> bytes):
                field = new WireField(number, isMessage: true, 0, bytes);
                return true;
            case Fixed32 when TryTake(sizeof(uint), out ReadOnlySpan<byte> four):
                field = new WireField(number, isMessage: false, BinaryPrimitives.ReadUInt32LittleEndian(four), default);
                return true;
            case Fixed64 when TryTake(sizeof(ulong), out ReadOnlySpan<byte> eight):
                field = new WireField(number, isMessage: false, BinaryPrimitives.ReadUInt64LittleEndian(eight), default);
                return true;
            default:
                return false;
        }
    }
}

/// <summary>One field of a message: a number, or bytes (a message or a string).</summary>
internal readonly ref struct WireField(int number, bool isMessage, ulong value, ReadOnlySpan<byte> bytes)
{
    /// <summary>The field's number; 0 at the end of the message.</summary>
    public int Number { get; } = number;

    public bool IsMessage { get; } = isMessage;

    public ulong Value { get; } = value;

    public ReadOnlySpan<byte> Bytes { get; } = bytes;
}
