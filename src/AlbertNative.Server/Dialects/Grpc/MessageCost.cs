using System.Buffers;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace AlbertNative.Server.Dialects.Grpc;

/// <summary>
/// What a message takes in memory once it is read, told from its bytes before that: of two bytes protobuf may make an object of
/// hundreds, with its empty lists and maps.
/// </summary>
internal static class MessageCost
{
    // The most that objects of these kinds take on 64 bits, with what refers to them.
    private const int Message = 640, Text = 48, Bytes = 96, Number = 24, UnknownField = 512;

    /// <summary>The most bytes that a message takes.</summary>
    /// <param name="bytes">The message; what is no protobuf counts up to where it breaks, as nothing behind that is read.</param>
    /// <param name="type">Its type; null where nothing of it is known.</param>
    public static long Of(ReadOnlySequence<byte> bytes, MessageDescriptor? type)
    {
        long cost = Message;
        SequenceReader<byte> reader = new(bytes);
        // Within a group, which no message here has, every field is an unknown one.
        int groups = 0;
        while (TryReadVarint(ref reader, out ulong tag))
        {
            WireFormat.WireType wire = WireFormat.GetTagWireType((uint)tag);
            FieldDescriptor? field = groups == 0 ? type?.FindFieldByNumber(WireFormat.GetTagFieldNumber((uint)tag)) : null;
            switch (wire)
            {
                case WireFormat.WireType.StartGroup:
                    groups++;
                    cost += UnknownField;
                    break;
                case WireFormat.WireType.EndGroup:
                    groups--;
                    break;
                case WireFormat.WireType.LengthDelimited:
                    if (!TryReadVarint(ref reader, out ulong announced) || (uint)announced > reader.Remaining)
                        return cost;
                    ReadOnlySequence<byte> content = reader.UnreadSequence.Slice(0, (uint)announced);
                    reader.Advance(content.Length);
                    cost += CostOf(content, field);
                    break;
                default:
                    if (!TrySkip(ref reader, wire))
                        return cost;
                    cost += field is not null && WireOf(field.FieldType) == wire ? Number : UnknownField;
                    break;
            }
        }
        return cost;
    }

    private static long CostOf(ReadOnlySequence<byte> content, FieldDescriptor? field) => field?.FieldType switch
    {
        FieldType.Message => Of(content, field.MessageType),
        FieldType.String => Text + 2 * content.Length,
        FieldType.Bytes => Bytes + content.Length,
        FieldType type when type != FieldType.Group && field.IsRepeated => Number * (1 + PackedCount(content, WireOf(type))),
        _ => UnknownField + content.Length,
    };

    private static long PackedCount(ReadOnlySequence<byte> content, WireFormat.WireType wire)
    {
        if (wire != WireFormat.WireType.Varint)
            return content.Length / (wire == WireFormat.WireType.Fixed32 ? sizeof(uint) : sizeof(ulong));
        long count = 0;
        foreach (ReadOnlyMemory<byte> part in content)
        {
            // The last byte of a number is below 128.
            foreach (byte b in part.Span)
                count += b < 0x80 ? 1 : 0;
        }
        return count;
    }

    private static WireFormat.WireType WireOf(FieldType type) => type switch
    {
        FieldType.Double or FieldType.Fixed64 or FieldType.SFixed64 => WireFormat.WireType.Fixed64,
        FieldType.Float or FieldType.Fixed32 or FieldType.SFixed32 => WireFormat.WireType.Fixed32,
        FieldType.String or FieldType.Bytes or FieldType.Message => WireFormat.WireType.LengthDelimited,
        FieldType.Group => WireFormat.WireType.StartGroup,
        _ => WireFormat.WireType.Varint,
    };

    private static bool TrySkip(ref SequenceReader<byte> reader, WireFormat.WireType wire)
    {
        int length = wire switch
        {
            WireFormat.WireType.Varint => 0,
            WireFormat.WireType.Fixed32 => sizeof(uint),
            WireFormat.WireType.Fixed64 => sizeof(ulong),
            _ => int.MaxValue,
        };
        if (length == 0)
            return TryReadVarint(ref reader, out _);
        if (length > reader.Remaining)
            return false;
        reader.Advance(length);
        return true;
    }

    private static bool TryReadVarint(ref SequenceReader<byte> reader, out ulong value)
    {
        value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            if (!reader.TryRead(out byte b))
                return false;
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
                return true;
        }
        return false;
    }
}
