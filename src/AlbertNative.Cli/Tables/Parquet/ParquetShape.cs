using System.Collections.Frozen;

namespace AlbertNative.Cli;

/// <summary>
/// What a Parquet file's footer may hold, as parquet.thrift gives it. The library reads each field that it knows as of the type
/// that it knows, whatever type the field says that it has: after a wrong one it takes other bytes for lengths, and asks memory
/// for lists that are not there.
/// </summary>
/// <param name="name">The struct's name in parquet.thrift.</param>
/// <param name="fields">Its fields.</param>
internal sealed class ParquetShape(string name, params ReadOnlySpan<(int Id, ParquetShape.FieldType Type)> fields)
{
    private static readonly FieldType Number = new(ThriftType.Int64), Truth = new(ThriftType.True), Bytes = new(ThriftType.Binary), Real = new(ThriftType.Double);
    private static readonly FieldType Numbers = ListOf(Number);

    private static readonly FieldType TimeUnit = new("TimeUnit", (1, Empty("MilliSeconds")), (2, Empty("MicroSeconds")), (3, Empty("NanoSeconds")));
    private static readonly FieldType LogicalType = new(
        "LogicalType", (1, Empty("StringType")), (2, Empty("MapType")), (3, Empty("ListType")), (4, Empty("EnumType")),
        (5, new("DecimalType", (1, Number), (2, Number))), (6, Empty("DateType")), (7, new("TimeType", (1, Truth), (2, TimeUnit))),
        (8, new("TimestampType", (1, Truth), (2, TimeUnit))), (10, new("IntType", (1, new(ThriftType.Byte)), (2, Truth))),
        (11, Empty("NullType")), (12, Empty("JsonType")), (13, Empty("BsonType")), (14, Empty("UUIDType")), (15, Empty("Float16Type")),
        (16, new("VariantType", (1, new(ThriftType.Byte)))), (17, new("GeometryType", (1, Bytes))), (18, new("GeographyType", (1, Bytes), (2, Number))));
    private static readonly FieldType SchemaElement = new(
        "SchemaElement", (1, Number), (2, Number), (3, Number), (4, Bytes), (5, Number), (6, Number), (7, Number), (8, Number), (9, Number), (10, LogicalType));
    private static readonly FieldType KeyValue = new("KeyValue", (1, Bytes), (2, Bytes));
    private static readonly FieldType Statistics = new(
        "Statistics", (1, Bytes), (2, Bytes), (3, Number), (4, Number), (5, Bytes), (6, Bytes), (7, Truth), (8, Truth));
    private static readonly FieldType GeospatialStatistics = new(
        "GeospatialStatistics",
        (1, new("BoundingBox", (1, Real), (2, Real), (3, Real), (4, Real), (5, Real), (6, Real), (7, Real), (8, Real))), (2, Numbers));
    private static readonly FieldType ColumnMetaData = new(
        "ColumnMetaData", (1, Number), (2, Numbers), (3, ListOf(Bytes)), (4, Number), (5, Number), (6, Number), (7, Number), (8, ListOf(KeyValue)),
        (9, Number), (10, Number), (11, Number), (12, Statistics), (13, ListOf(new("PageEncodingStats", (1, Number), (2, Number), (3, Number)))),
        (14, Number), (15, Number), (16, new("SizeStatistics", (1, Number), (2, Numbers), (3, Numbers))), (17, GeospatialStatistics));
    private static readonly FieldType ColumnCryptoMetaData = new(
        "ColumnCryptoMetaData", (1, Empty("EncryptionWithFooterKey")), (2, new("EncryptionWithColumnKey", (1, ListOf(Bytes)), (2, Bytes))));
    private static readonly FieldType ColumnChunk = new(
        "ColumnChunk", (1, Bytes), (2, Number), (3, ColumnMetaData), (4, Number), (5, Number), (6, Number), (7, Number), (8, ColumnCryptoMetaData), (9, Bytes));
    private static readonly FieldType RowGroup = new(
        "RowGroup", (1, ListOf(ColumnChunk)), (2, Number), (3, Number), (4, ListOf(new("SortingColumn", (1, Number), (2, Truth), (3, Truth)))),
        (5, Number), (6, Number), (7, Number));

    private readonly FrozenDictionary<short, FieldType> _fields = ToDictionary(fields);

    /// <summary>The whole footer's.</summary>
    public static ParquetShape FileMetaData { get; } = new(
        "FileMetaData", (1, Number), (2, ListOf(SchemaElement)), (3, Number), (4, ListOf(RowGroup)), (5, ListOf(KeyValue)), (6, Bytes),
        (7, ListOf(new("ColumnOrder", (1, Empty("TypeDefinedOrder"))))), (8, Empty("EncryptionAlgorithm")), (9, Bytes));

    /// <summary>Refuses a struct of which a known field, or one of a struct in it, is not of the type that it has to be.</summary>
    /// <exception cref="InvalidDataException">Names the field.</exception>
    public void Require(ThriftStruct found)
    {
        foreach (ThriftField field in found.Fields)
        {
            if (_fields.TryGetValue(field.Id, out FieldType? type))
                Require(field, type);
        }
    }

    private void Require(ThriftField field, FieldType type)
    {
        if (Kind(field.Type) != type.Kind)
            throw new InvalidDataException($"field {field.Id} of {name} has the type {field.Type}, expected {type.Kind}");
        if (field.Value is ThriftStruct inner)
            type.Shape?.Require(inner);
        if (field.Value is not ThriftList list || type.Item is not { } item)
            return;
        // A list of nothing may be of anything: writers leave its type at 0.
        if (list.Items.Count > 0 && Kind(list.ItemType) != item.Kind)
            throw new InvalidDataException($"field {field.Id} of {name} is a list of the type {list.ItemType}, expected {item.Kind}");
        if (item.Shape is null)
            return;
        foreach (ThriftStruct one in list.Structs)
            item.Shape.Require(one);
    }

    /// <summary>Whole numbers of all widths are written alike, but for those of a byte; a truth value is its type.</summary>
    private static ThriftType Kind(ThriftType type) => type switch
    {
        ThriftType.Int16 or ThriftType.Int32 => ThriftType.Int64,
        ThriftType.False => ThriftType.True,
        ThriftType.Set => ThriftType.List,
        _ => type,
    };

    private static FieldType Empty(string name) => new(name);

    private static FieldType ListOf(FieldType item) => new(ThriftType.List, Item: item);

    private static FrozenDictionary<short, FieldType> ToDictionary(ReadOnlySpan<(int Id, FieldType Type)> fields)
    {
        Dictionary<short, FieldType> byId = [];
        foreach ((int id, FieldType type) in fields)
            byId.Add((short)id, type);
        return byId.ToFrozenDictionary();
    }

    /// <summary>What a field has to be.</summary>
    /// <param name="Kind">Its type; of all whole numbers wider than a byte <see cref="ThriftType.Int64"/>.</param>
    /// <param name="Shape">Of a struct, its fields.</param>
    /// <param name="Item">Of a list, its items.</param>
    internal sealed record FieldType(ThriftType Kind, ParquetShape? Shape = null, FieldType? Item = null)
    {
        /// <summary>A struct.</summary>
        public FieldType(string name, params ReadOnlySpan<(int Id, FieldType Type)> fields)
            : this(ThriftType.Struct, new ParquetShape(name, fields))
        {
        }
    }
}
