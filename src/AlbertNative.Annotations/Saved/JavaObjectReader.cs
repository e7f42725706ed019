using System.Buffers.Binary;
using System.Text;

namespace AlbertNative.Annotations;

/// <summary>
/// Reads plain data that Java has serialised: arrays and objects of fields, strings, numbers. Nothing is run: classes are names.
/// Source: the Java Object Serialization Specification, chapter 6 (the grammar of the stream).
/// </summary>
internal ref struct JavaObjectReader(ReadOnlySpan<byte> stream)
{
    private const int MaxDepth = 64;

    private const byte Null = 0x70;
    private const byte Reference = 0x71;
    private const byte ClassDescription = 0x72;
    private const byte Object = 0x73;
    private const byte String = 0x74;
    private const byte Array = 0x75;
    private const byte EndOfBlock = 0x78;

    /// <summary>A class whose objects are their fields and nothing else.</summary>
    private const byte PlainSerializable = 2;

    private readonly ReadOnlySpan<byte> _stream = stream;
    private readonly List<object?> _handles = [];
    private int _at;
    private int _depth;

    /// <summary>The stream's one object.</summary>
    /// <exception cref="PipelineFormatException">It is cut off, or holds what is not supported.</exception>
    public static object? Read(ReadOnlySpan<byte> stream)
    {
        JavaObjectReader reader = new(stream);
        if (reader.UInt32() != 0xACED0005)
            throw reader.Fault("no stream of Java objects");
        object? value = reader.Content();
        return reader._at == stream.Length ? value : throw reader.Fault($"{stream.Length - reader._at} bytes behind its object");
    }

    private object? Content()
    {
        if (++_depth > MaxDepth)
            throw Fault($"more than {MaxDepth} nested objects");
        byte kind = Byte();
        object? value = kind switch
        {
            Null => null,
            Reference => Handle(),
            String => Keep(Text()),
            Array => ReadArray(),
            Object => ReadObject(),
            _ => throw Fault($"a part of kind 0x{kind:X2}, which is not supported"),
        };
        _depth--;
        return value;
    }

    private object?[] ReadArray()
    {
        JavaClass type = Description() ?? throw Fault("an array without a class");
        int handle = Reserve();
        if (type.Name.Length < 2 || type.Name[1] is not ('L' or '['))
            throw Fault($"an array of {type.Name}, which is not supported");
        int count = Int32();
        // Each element takes at least a byte.
        if (count < 0 || count > _stream.Length - _at)
            throw Fault($"an array of {count} elements");
        object?[] elements = new object?[count];
        _handles[handle] = elements;
        for (int i = 0; i < count; i++)
            elements[i] = Content();
        return elements;
    }

    private JavaObject ReadObject()
    {
        JavaClass type = Description() ?? throw Fault("an object without a class");
        int handle = Reserve();
        Dictionary<string, object?> fields = new(StringComparer.Ordinal);
        JavaObject value = new(type.Name, fields);
        _handles[handle] = value;
        foreach ((string name, char kind) in type.AllFields)
            fields[name] = FieldOf(kind);
        return value;
    }

    private object? FieldOf(char kind) => kind switch
    {
        'L' or '[' => Content(),
        'I' => Int32(),
        'J' => (long)(((ulong)UInt32() << 32) | UInt32()),
        'F' => BitConverter.Int32BitsToSingle(Int32()),
        'D' => BitConverter.UInt64BitsToDouble(((ulong)UInt32() << 32) | UInt32()),
        'Z' => Byte() != 0,
        'B' => (sbyte)Byte(),
        'S' => (short)UInt16(),
        'C' => (char)UInt16(),
        _ => throw Fault($"a field of kind '{kind}'"),
    };

    private JavaClass? Description()
    {
        if (++_depth > MaxDepth)
            throw Fault($"more than {MaxDepth} classes above each other");
        byte kind = Byte();
        JavaClass? description = kind switch
        {
            Null => null,
            Reference => Handle() as JavaClass ?? throw Fault("a reference to something else than a class"),
            ClassDescription => ReadDescription(),
            _ => throw Fault($"a class of kind 0x{kind:X2}, which is not supported"),
        };
        _depth--;
        return description;
    }

    private JavaClass ReadDescription()
    {
        string name = Text();
        _at += 8;
        int handle = Reserve();
        byte flags = Byte();
        if (flags != PlainSerializable)
            throw Fault($"the class {name}, which is not written as its fields alone");
        List<(string, char)> fields = [];
        int count = UInt16();
        for (int i = 0; i < count; i++)
        {
            char kind = (char)Byte();
            fields.Add((Text(), kind));
            if (kind is 'L' or '[')
                Content();
        }
        if (Byte() != EndOfBlock)
            throw Fault($"annotations of the class {name}, which are not supported");
        JavaClass description = new(name, Description(), fields);
        _handles[handle] = description;
        return description;
    }

    private readonly object? Keep(object? value)
    {
        _handles.Add(value);
        return value;
    }

    private readonly int Reserve()
    {
        _handles.Add(null);
        return _handles.Count - 1;
    }

    private object? Handle()
    {
        uint index = UInt32() - 0x7E0000;
        return index < _handles.Count ? _handles[(int)index] : throw Fault($"a reference to part {index} of {_handles.Count}");
    }

    private string Text()
    {
        int length = UInt16();
        return Encoding.UTF8.GetString(Bytes(length));
    }

    private byte Byte() => Bytes(1)[0];

    private ushort UInt16() => BinaryPrimitives.ReadUInt16BigEndian(Bytes(2));

    private uint UInt32() => BinaryPrimitives.ReadUInt32BigEndian(Bytes(4));

    private int Int32() => (int)UInt32();

    private ReadOnlySpan<byte> Bytes(int count)
    {
        if (count > _stream.Length - _at)
            throw Fault("an object that is cut off");
        _at += count;
        return _stream.Slice(_at - count, count);
    }

    private readonly PipelineFormatException Fault(string what) => new($"{what}, at byte {Math.Min(_at, _stream.Length)}");

    /// <summary>A class: what is above it, and its own fields with the letters of their kinds.</summary>
    private sealed record JavaClass(string Name, JavaClass? Super, IReadOnlyList<(string Name, char Kind)> Fields)
    {
        /// <summary>All fields in the order of the stream: those of the class above first.</summary>
        public IEnumerable<(string Name, char Kind)> AllFields => Super is null ? Fields : Super.AllFields.Concat(Fields);
    }
}
