using Apache.Arrow.Types;
using Parquet.Schema;
using ArrowField = Apache.Arrow.Field;
using ParquetFieldOf = Parquet.Schema.Field;

namespace AlbertNative.Cli;

/// <summary>The type of a column of results, in Arrow and in Parquet. Every value may be null but a vector's numbers.</summary>
internal abstract class ColumnType
{
    /// <summary>A string.</summary>
    public static ColumnType Text { get; } = new Leaf(StringType.Default, name => new DataField<string>(name, true), () => new TextBuilder());

    /// <summary>An <see cref="int"/>.</summary>
    public static ColumnType Integer { get; } = new Leaf(Int32Type.Default, name => new DataField<int>(name, true), () => new IntegerBuilder());

    /// <summary>A <see cref="float"/>.</summary>
    public static ColumnType Number { get; } = new Leaf(FloatType.Default, name => new DataField<float>(name, true), () => new NumberBuilder());

    /// <summary>A <see cref="bool"/>.</summary>
    public static ColumnType Boolean { get; } = new Leaf(BooleanType.Default, name => new DataField<bool>(name, true), () => new BooleanBuilder());

    /// <summary>Floats, as an array.</summary>
    public static ColumnType Vector { get; } = new Leaf(
        new ListType(new ArrowField("item", FloatType.Default, nullable: false)),
        name => new ListField(name, new DataField<float>("element", false)), () => new VectorBuilder());

    public abstract IArrowType Arrow { get; }

    /// <summary>A list, as an <see cref="IEnumerable{T}"/> of objects.</summary>
    public static ColumnType ListOf(ColumnType item) => new ListColumn(item);

    /// <summary>A struct, as an array of its fields' values.</summary>
    public static ColumnType StructOf(params (string Name, ColumnType Type)[] fields) => new StructColumn(fields);

    public abstract ParquetFieldOf Parquet(string name);

    public abstract ColumnBuilder CreateBuilder();

    private sealed class Leaf(IArrowType arrow, Func<string, ParquetFieldOf> parquet, Func<ColumnBuilder> builder) : ColumnType
    {
        public override IArrowType Arrow => arrow;

        public override ParquetFieldOf Parquet(string name) => parquet(name);

        public override ColumnBuilder CreateBuilder() => builder();
    }

    private sealed class ListColumn(ColumnType item) : ColumnType
    {
        public override IArrowType Arrow { get; } = new ListType(new ArrowField("item", item.Arrow, nullable: true));

        public override ParquetFieldOf Parquet(string name) => new ListField(name, item.Parquet("element"));

        public override ColumnBuilder CreateBuilder() => new ListBuilder(Arrow, item.CreateBuilder());
    }

    private sealed class StructColumn((string Name, ColumnType Type)[] fields) : ColumnType
    {
        public override IArrowType Arrow { get; } = new StructType(
            [.. fields.Select(field => new ArrowField(field.Name, field.Type.Arrow, nullable: true))]);

        public override ParquetFieldOf Parquet(string name) => new StructField(name, [.. fields.Select(field => field.Type.Parquet(field.Name))]);

        public override ColumnBuilder CreateBuilder() => new StructBuilder(Arrow, [.. fields.Select(field => field.Type.CreateBuilder())]);
    }
}
