using System.Buffers.Binary;

namespace AlbertNative.Cli;

/// <summary>Reads Thrift's compact protocol (thrift-compact-protocol.md of Apache Thrift), as a Parquet file's footer is written.</summary>
internal ref struct ThriftReader(ReadOnlySpan<byte> bytes)
{
    // Parquet's own structs are seven deep.
    private const int MostDepth = 32;

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _at;

    /// <summary>Reads the struct that the bytes begin with.</summary>
    /// <exception cref="InvalidDataException">They do not.</exception>
    public static ThriftStruct Read(ReadOnlySpan<byte> bytes) => new ThriftReader(bytes).Struct(0);

    private ThriftStruct Struct(int depth)
    {
        if (depth > MostDepth)
            throw new InvalidDataException("structs are nested too deep");
        ThriftStruct read = new();
        short id = 0;
        while (true)
        {
            byte header = Byte();
            ThriftType type = (ThriftType)(header & 0x0F);
            if (header == (byte)ThriftType.Stop)
                return read;
            int delta = header >> 4;
            id = delta == 0 ? checked((short)Integer()) : checked((short)(id + delta));
            object value = type is ThriftType.True or ThriftType.False ? type == ThriftType.True : Value(type, depth);
            read.Fields.Add(new(id, type, value));
        }
    }

    private object Value(ThriftType type, int depth) => type switch
    {
        ThriftType.Byte => (long)(sbyte)Byte(),
        ThriftType.Int16 or ThriftType.Int32 or ThriftType.Int64 => Integer(),
        ThriftType.Double => BinaryPrimitives.ReadDoubleLittleEndian(Take(sizeof(double))),
        ThriftType.Binary => Take(Length()).ToArray(),
        ThriftType.List or ThriftType.Set => List(depth),
        ThriftType.Struct => Struct(depth + 1),
        ThriftType.True or ThriftType.False => Byte() == (byte)ThriftType.True, // in a list
        _ => throw new InvalidDataException($"there is no type {(int)type}"),
    };

    private ThriftList List(int depth)
    {
        byte header = Byte();
        ThriftType type = (ThriftType)(header & 0x0F);
        int count = header >> 4 == 0x0F ? Length() : header >> 4;
        // An item takes a byte at least.
        if (count > _bytes.Length - _at)
            throw new InvalidDataException($"a list of {count} items goes past the end");
        List<object> items = [];
        for (int i = 0; i < count; i++)
            items.Add(Value(type, depth));
        return new(type, items);
    }

    private byte Byte() => Take(1)[0];

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _bytes.Length - _at)
            throw new InvalidDataException("it ends in the middle");
        _at += count;
        return _bytes.Slice(_at - count, count);
    }

    private int Length() => Unsigned() is ulong length and <= int.MaxValue ? (int)length : throw new InvalidDataException("a length is too large");

    private long Integer()
    {
        ulong zigzag = Unsigned();
        return (long)(zigzag >> 1) ^ -(long)(zigzag & 1);
    }

    private ulong Unsigned()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte next = Byte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }
        throw new InvalidDataException("a number is too long");
    }
}
