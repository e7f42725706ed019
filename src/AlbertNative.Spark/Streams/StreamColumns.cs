using System.Globalization;
using System.Text;
using AlbertNative.Annotations;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace AlbertNative.Spark;

/// <summary>Columns of record batches as a frame's, and back.</summary>
internal static class StreamColumns
{
    /// <summary>The columns of the input that stages can read; the others pass through.</summary>
    /// <param name="schema">The input's.</param>
    /// <param name="metadata">What is known of its columns of annotations.</param>
    /// <param name="ids">The columns that are rows' names, which may be whole numbers: Spark makes text of them for its stages.</param>
    public static FrameSchema Input(Schema schema, IReadOnlyDictionary<string, ColumnMetadata> metadata, IEnumerable<string> ids) => new(
        from field in schema.FieldsList
        let kind = KindOf(field.DataType) ?? (IsWhole(field.DataType) && ids.Contains(field.Name) ? ColumnKind.Text : null)
        where kind is not null
        select new FrameColumn(field.Name, kind.Value, metadata.GetValueOrDefault(field.Name)));

    /// <summary>A batch's arrays of some columns.</summary>
    public static (FrameColumn Column, IArrowArray Array)[] Of(RecordBatch batch, FrameSchema columns) =>
        [.. columns.Columns.Select(column => (column, batch.Column(column.Name, StringComparer.Ordinal)))];

    /// <summary>The row at an index.</summary>
    /// <exception cref="DecoderFallbackException">A text in it is no UTF-8; names its column.</exception>
    public static AnnotationRow Row((FrameColumn Column, IArrowArray Array)[] columns, int index) => new(
        columns.Select(pair => new KeyValuePair<string, object?>(pair.Column.Name, Value(pair.Column, pair.Array, index))));

    /// <summary>The type of a column of results.</summary>
    /// <exception cref="StreamException">There is none for what it holds.</exception>
    public static Field Field(FrameColumn column) => new(column.Name, TypeOf(column), nullable: true);

    /// <summary>The array of a column of results, by what it holds and its values, of which any may be null.</summary>
    /// <exception cref="StreamException">There is no type for what it holds.</exception>
    public static IArrowArray Array(ColumnKind kind, IReadOnlyList<object?> values) => kind switch
    {
        ColumnKind.Annotations => AnnotationArrays.Write([.. values.Cast<IReadOnlyList<Annotation>?>()]),
        ColumnKind.Text => Texts(values.Cast<string?>()),
        ColumnKind.Texts => Lists(TextList, values.Cast<IReadOnlyList<string?>?>(), Texts),
        ColumnKind.Vectors => Lists(VectorList, values.Cast<IReadOnlyList<ReadOnlyMemory<float>>?>(), Vectors),
        ColumnKind.Pairs => Lists(PairList, values.Cast<IReadOnlyList<KeyValuePair<string, string?>>?>(), Pairs),
        _ => throw new StreamException($"a column would hold {kind}, which has no type in the stream"),
    };

    /// <summary>About how many bytes of vectors a row's results have.</summary>
    public static long VectorBytes(AnnotationRow row, IEnumerable<FrameColumn> columns) => sizeof(float) * columns.Sum(column => column.Kind switch
    {
        ColumnKind.Annotations => row.Annotations(column.Name).Sum(annotation => (long)annotation.Embeddings.Length),
        ColumnKind.Vectors => ((IReadOnlyList<ReadOnlyMemory<float>>?)row[column.Name])?.Sum(vector => (long)vector.Length) ?? 0,
        _ => 0,
    });

    private static ListType TextList { get; } = new(new Field("element", StringType.Default, nullable: true));

    /// <summary>The type of a vector.</summary>
    public static ListType Vector { get; } = new(new Field("element", FloatType.Default, nullable: false));

    private static ListType VectorList { get; } = new(new Field("element", Vector, nullable: true));

    // Spark's names of the parts of a pair.
    private static StructType Pair { get; } = new(
        [new Field("_1", StringType.Default, nullable: true), new Field("_2", StringType.Default, nullable: true)]);

    private static ListType PairList { get; } = new(new Field("element", Pair, nullable: true));

    private static ColumnKind? KindOf(IArrowType type) => type switch
    {
        StringType or LargeStringType => ColumnKind.Text,
        ListType { ValueDataType: StringType or LargeStringType } => ColumnKind.Texts,
        MapType { KeyField.DataType: StringType or LargeStringType, ValueField.DataType: StringType or LargeStringType } => ColumnKind.Value,
        _ when AnnotationArrays.IsAnnotations(type) => ColumnKind.Annotations,
        _ => null,
    };

    private static bool IsWhole(IArrowType type) => type is Int8Type or Int16Type or Int32Type or Int64Type;

    private static object? Value(FrameColumn column, IArrowArray array, int index)
    {
        try
        {
            return Value(array, column.Kind, index);
        }
        catch (DecoderFallbackException)
        {
            throw new DecoderFallbackException($"the column '{column.Name}' holds bytes there that are no UTF-8");
        }
    }

    private static object? Value(IArrowArray array, ColumnKind kind, int index) => (kind, array) switch
    {
        (_, Int8Array numbers) => Number(numbers.GetValue(index)),
        (_, Int16Array numbers) => Number(numbers.GetValue(index)),
        (_, Int32Array numbers) => Number(numbers.GetValue(index)),
        (_, Int64Array numbers) => Number(numbers.GetValue(index)),
        (_, LargeStringArray or StringArray) => SafeText.StrictAt(array, index),
        (ColumnKind.Texts, ListArray lists) => lists.IsValid(index) ? TextsAt(lists, index) : null,
        (ColumnKind.Value, MapArray maps) => maps.IsValid(index) ? AnnotationArrays.ReadMap(maps, index) : null,
        (_, ListArray annotations) => AnnotationArrays.Read(annotations, index),
        _ => throw new StreamException($"a column of {array.Data.DataType.Name} cannot be read"),
    };

    private static string? Number(long? value) => value?.ToString(CultureInfo.InvariantCulture);

    private static string?[] TextsAt(ListArray lists, int index)
    {
        IArrowArray texts = lists.Values;
        int start = lists.ValueOffsets[index];
        return [.. Enumerable.Range(start, lists.ValueOffsets[index + 1] - start).Select(i => SafeText.StrictAt(texts, i))];
    }

    private static IArrowType TypeOf(FrameColumn column) => column.Kind switch
    {
        ColumnKind.Annotations => AnnotationArrays.Type,
        ColumnKind.Text => StringType.Default,
        ColumnKind.Texts => TextList,
        ColumnKind.Vectors => VectorList,
        ColumnKind.Pairs => PairList,
        _ => throw NoType(column),
    };

    private static StreamException NoType(FrameColumn column) => new($"the column '{column.Name}' would hold {column.Kind}, which has no type in the stream");

    /// <summary>The array of texts, of which any may be null.</summary>
    public static StringArray Texts(IEnumerable<string?> texts)
    {
        StringArray.Builder builder = new();
        foreach (string? text in texts)
            builder.Append(text);
        return builder.Build();
    }

    private static StructArray Pairs(IEnumerable<KeyValuePair<string, string?>> pairs)
    {
        StringArray.Builder keys = new(), values = new();
        foreach ((string key, string? value) in pairs)
        {
            keys.Append(key);
            values.Append(value);
        }
        return new(Pair, keys.Length, [keys.Build(), values.Build()], ArrowBuffer.Empty, 0);
    }

    /// <summary>The array of vectors, none of which is null.</summary>
    public static ListArray Vectors(IEnumerable<ReadOnlyMemory<float>> vectors)
    {
        ArrowBuffer.Builder<float> numbers = new();
        ArrowBuffer.Builder<int> ends = Offsets();
        int count = 0;
        foreach (ReadOnlyMemory<float> vector in vectors)
        {
            numbers.Append(vector.Span);
            ends.Append(numbers.Length);
            count++;
        }
        return new(Vector, count, ends.Build(), new FloatArray(numbers.Build(), ArrowBuffer.Empty, numbers.Length, 0, 0), ArrowBuffer.Empty, 0);
    }

    /// <summary>The offsets of lists, the first of which begins at 0.</summary>
    public static ArrowBuffer.Builder<int> Offsets() => new ArrowBuffer.Builder<int>().Append(0);

    private static ListArray Lists<T>(ListType type, IEnumerable<IReadOnlyList<T>?> lists, Func<IEnumerable<T>, IArrowArray> items)
    {
        ArrowBuffer.Builder<int> ends = Offsets();
        ArrowBuffer.BitmapBuilder valid = new();
        List<T> all = [];
        int nulls = 0;
        foreach (IReadOnlyList<T>? list in lists)
        {
            all.AddRange(list ?? []);
            ends.Append(all.Count);
            valid.Append(list is not null);
            nulls += list is null ? 1 : 0;
        }
        int count = valid.Length;
        return new(type, count, ends.Build(), items(all), valid.Build(), nulls);
    }
}
