namespace AlbertNative.Cli;

/// <summary>A struct of Thrift: its fields by number, in their order, whatever they mean.</summary>
/// <remarks>
/// A value is a <see cref="bool"/>, a <see cref="long"/> (every whole number), a <see cref="double"/>, a list of bytes, a
/// <see cref="ThriftList"/> or a <see cref="ThriftStruct"/>.
/// </remarks>
internal sealed class ThriftStruct
{
    public List<ThriftField> Fields { get; } = [];

    public long? Integer(short id) => Find(id) as long?;

    public byte[]? Bytes(short id) => Find(id) as byte[];

    public ThriftStruct? Struct(short id) => Find(id) as ThriftStruct;

    public ThriftList? List(short id) => Find(id) as ThriftList;

    public bool Has(short id) => Fields.Exists(field => field.Id == id);

    public void Remove(params ReadOnlySpan<short> ids)
    {
        foreach (short id in ids)
            Fields.RemoveAll(field => field.Id == id);
    }

    /// <summary>Puts a value in the place of the one that is there, or in the place that its number gives it.</summary>
    public void Set(short id, ThriftType type, object value)
    {
        int at = Fields.FindIndex(field => field.Id >= id);
        if (at < 0)
            Fields.Add(new(id, type, value));
        else if (Fields[at].Id == id)
            Fields[at] = new(id, type, value);
        else
            Fields.Insert(at, new(id, type, value));
    }

    private object? Find(short id) => Fields.Find(field => field.Id == id).Value;
}

/// <summary>A field of a <see cref="ThriftStruct"/>.</summary>
internal readonly record struct ThriftField(short Id, ThriftType Type, object Value);

/// <summary>A list of Thrift: values of one type.</summary>
internal sealed record ThriftList(ThriftType ItemType, List<object> Items)
{
    public IEnumerable<ThriftStruct> Structs => Items.Cast<ThriftStruct>();
}

/// <summary>Thrift's types, by their numbers in the compact protocol.</summary>
internal enum ThriftType : byte
{
    Stop = 0,
    True = 1,
    False = 2,
    Byte = 3,
    Int16 = 4,
    Int32 = 5,
    Int64 = 6,
    Double = 7,
    Binary = 8,
    List = 9,
    Set = 10,
    Struct = 12,
}
