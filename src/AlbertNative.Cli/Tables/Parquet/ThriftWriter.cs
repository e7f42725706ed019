using System.Buffers;
using System.Buffers.Binary;

namespace AlbertNative.Cli;

/// <summary>Writes what <see cref="ThriftReader"/> reads.</summary>
internal sealed class ThriftWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    /// <summary>The bytes of a struct.</summary>
    public static ReadOnlyMemory<byte> Write(ThriftStruct value)
    {
        ThriftWriter writer = new();
        writer.Struct(value);
        return writer._bytes.WrittenMemory;
    }

    private void Struct(ThriftStruct value)
    {
        short last = 0;
        foreach (ThriftField field in value.Fields)
        {
            int delta = field.Id - last;
            if (delta is > 0 and < 16)
            {
                Byte((byte)(delta << 4 | (int)field.Type));
            }
            else
            {
                Byte((byte)field.Type);
                Integer(field.Id);
            }
            if (field.Type is not (ThriftType.True or ThriftType.False))
                Value(field.Type, field.Value);
            last = field.Id;
        }
        Byte((byte)ThriftType.Stop);
    }

    private void Value(ThriftType type, object value)
    {
        switch (type)
        {
            case ThriftType.True or ThriftType.False:
                Byte((byte)((bool)value ? ThriftType.True : ThriftType.False));
                break;
            case ThriftType.Byte:
                Byte((byte)(sbyte)(long)value);
                break;
            case ThriftType.Int16 or ThriftType.Int32 or ThriftType.Int64:
                Integer((long)value);
                break;
            case ThriftType.Double:
                BinaryPrimitives.WriteDoubleLittleEndian(_bytes.GetSpan(sizeof(double)), (double)value);
                _bytes.Advance(sizeof(double));
                break;
            case ThriftType.Binary:
                Unsigned((ulong)((byte[])value).Length);
                _bytes.Write((byte[])value);
                break;
            case ThriftType.Struct:
                Struct((ThriftStruct)value);
                break;
            default:
                List((ThriftList)value);
                break;
        }
    }

    private void List(ThriftList list)
    {
        if (list.Items.Count < 15)
        {
            Byte((byte)(list.Items.Count << 4 | (int)list.ItemType));
        }
        else
        {
            Byte((byte)(0xF0 | (int)list.ItemType));
            Unsigned((ulong)list.Items.Count);
        }
        foreach (object item in list.Items)
            Value(list.ItemType, item);
    }

    private void Byte(byte value) => _bytes.Write([value]);

    private void Integer(long value) => Unsigned((ulong)(value << 1 ^ value >> 63));

    private void Unsigned(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            Byte((byte)(value | 0x80));
        Byte((byte)value);
    }
}
