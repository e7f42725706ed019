using AlbertNative.Annotations;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace AlbertNative.Spark;

/// <summary>
/// Spark NLP's column of annotations in Arrow, as Spark maps it: a list of structs of <c>annotatorType, begin, end, result,
/// metadata, embeddings</c>, in this order, which is what readers go by.
/// </summary>
internal static class AnnotationArrays
{
    private static readonly MapType Metadata = new(
        new Field("key", StringType.Default, nullable: false), new Field("value", StringType.Default, nullable: true));

    private static readonly StructType Struct = new(
    [
        new Field("annotatorType", StringType.Default, nullable: true),
        new Field("begin", Int32Type.Default, nullable: false),
        new Field("end", Int32Type.Default, nullable: false),
        new Field("result", StringType.Default, nullable: true),
        new Field("metadata", Metadata, nullable: true),
        new Field("embeddings", StreamColumns.Vector, nullable: true),
    ]);

    /// <summary>The column's type.</summary>
    public static ListType Type { get; } = new(new Field("element", Struct, nullable: true));

    /// <summary>Whether a type is such a column's, whatever may be null in it, and whatever size the offsets of its strings have.</summary>
    public static bool IsAnnotations(IArrowType type) =>
        type is ListType { ValueDataType: StructType row } && row.Fields.Count >= Struct.Fields.Count
        && Struct.Fields.Zip(row.Fields).All(pair => pair.First.Name == pair.Second.Name && Kind(pair.First.DataType) == Kind(pair.Second.DataType));

    /// <summary>The array of rows of annotations, of which any may be null.</summary>
    public static ListArray Write(IReadOnlyList<IReadOnlyList<Annotation>?> rows)
    {
        StringArray.Builder types = new(), results = new(), keys = new(), values = new();
        Int32Array.Builder begins = new(), ends = new();
        ArrowBuffer.Builder<int> rowEnds = StreamColumns.Offsets(), mapEnds = StreamColumns.Offsets();
        ArrowBuffer.BitmapBuilder valid = new();
        int count = 0, entries = 0;
        foreach (IReadOnlyList<Annotation>? row in rows)
        {
            valid.Append(row is not null);
            foreach (Annotation annotation in row ?? [])
            {
                types.Append(annotation.AnnotatorType);
                begins.Append(annotation.Begin);
                ends.Append(annotation.End);
                results.Append(annotation.Result);
                foreach ((string key, string? value) in annotation.Metadata)
                {
                    keys.Append(key);
                    values.Append(value);
                    entries++;
                }
                mapEnds.Append(entries);
                count++;
            }
            rowEnds.Append(count);
        }
        StructArray pairs = new(new StructType([Metadata.KeyField, Metadata.ValueField]), entries, [keys.Build(), values.Build()], ArrowBuffer.Empty, 0);
        MapArray maps = new(Metadata, count, mapEnds.Build(), pairs, ArrowBuffer.Empty, 0);
        ListArray vectors = StreamColumns.Vectors(rows.SelectMany(row => row ?? []).Select(annotation => annotation.Embeddings));
        StructArray structs = new(
            Struct, count, [types.Build(), begins.Build(), ends.Build(), results.Build(), maps, vectors], ArrowBuffer.Empty, 0);
        return new(Type, rows.Count, rowEnds.Build(), structs, valid.UnsetBitCount > 0 ? valid.Build() : ArrowBuffer.Empty, valid.UnsetBitCount);
    }

    /// <summary>The annotations of one row; null where there are none.</summary>
    public static IReadOnlyList<Annotation>? Read(ListArray array, int row)
    {
        if (!array.IsValid(row))
            return null;
        StructArray structs = (StructArray)array.Values;
        List<Annotation> annotations = [];
        for (int i = array.ValueOffsets[row]; i < array.ValueOffsets[row + 1]; i++)
        {
            annotations.Add(new(
                SafeText.StrictAt(structs.Fields[0], i)!,
                ((Int32Array)structs.Fields[1]).GetValue(i)!.Value,
                ((Int32Array)structs.Fields[2]).GetValue(i)!.Value,
                SafeText.StrictAt(structs.Fields[3], i)!,
                ReadMap((MapArray)structs.Fields[4], i),
                ReadVector((ListArray)structs.Fields[5], i)));
        }
        return annotations;
    }

    /// <summary>The entries of a map of strings; none where it is null.</summary>
    public static Dictionary<string, string?> ReadMap(MapArray maps, int index)
    {
        Dictionary<string, string?> map = [];
        if (!maps.IsValid(index))
            return map;
        for (int i = maps.ValueOffsets[index]; i < maps.ValueOffsets[index + 1]; i++)
            map[SafeText.StrictAt(maps.Keys, i)!] = SafeText.StrictAt(maps.Values, i);
        return map;
    }

    private static ArrowTypeId Kind(IArrowType type) => type.TypeId == ArrowTypeId.LargeString ? ArrowTypeId.String : type.TypeId;

    private static ReadOnlyMemory<float> ReadVector(ListArray vectors, int index) => vectors.IsValid(index)
        ? ((FloatArray)vectors.Values).Values[vectors.ValueOffsets[index]..vectors.ValueOffsets[index + 1]].ToArray()
        : default;
}
