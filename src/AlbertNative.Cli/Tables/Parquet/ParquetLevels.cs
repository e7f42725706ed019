using Apache.Arrow;
using Apache.Arrow.Types;
using Parquet;
using Parquet.Schema;

namespace AlbertNative.Cli;

/// <summary>
/// An Arrow array as Parquet's leaf columns: the values that are there, and for each place how much of its path is
/// (definition level) and at which of the lists around it it goes on (repetition level), as in Dremel's paper.
/// </summary>
internal abstract class ParquetLevels
{
    /// <summary>Flattens an array.</summary>
    public static IReadOnlyList<ILeaf> Flatten(IArrowArray array)
    {
        ParquetLevels root = Of(array.Data.DataType, isNullable: true, lists: 0);
        for (int i = 0; i < array.Length; i++)
            root.Append(array, i, 0, 0);
        return [.. root.Leaves];
    }

    protected abstract IEnumerable<ILeaf> Leaves { get; }

    protected abstract void Append(IArrowArray array, int index, int definition, int repetition);

    protected abstract void AppendNothing(int definition, int repetition);

    private static ParquetLevels Of(IArrowType type, bool isNullable, int lists) => type switch
    {
        StringType => new Leaf<ReadOnlyMemory<char>>(isNullable, (array, i) => ((StringArray)array).GetString(i).AsMemory()),
        Int32Type => new Leaf<int>(isNullable, (array, i) => ((Int32Array)array).Values[i]),
        FloatType => new Leaf<float>(isNullable, (array, i) => ((FloatArray)array).Values[i]),
        BooleanType => new Leaf<bool>(isNullable, (array, i) => ((BooleanArray)array).GetValue(i)!.Value),
        ListType list => new Items(Of(list.ValueDataType, list.ValueField.IsNullable, lists + 1), lists + 1),
        StructType fields => new Members([.. fields.Fields.Select(field => Of(field.DataType, field.IsNullable, lists))]),
        _ => throw new NotSupportedException($"no column of results has the type {type.Name}"),
    };

    /// <summary>One of the columns.</summary>
    public interface ILeaf
    {
        /// <summary>Writes the column.</summary>
        void Write(ParquetRowGroupWriter writer, DataField field);
    }

    private sealed class Leaf<T>(bool isNullable, Func<IArrowArray, int, T> get) : ParquetLevels, ILeaf
        where T : struct
    {
        private readonly List<T> _values = [];
        private readonly List<int> _definitions = [];
        private readonly List<int> _repetitions = [];

        protected override IEnumerable<ILeaf> Leaves => [this];

        public void Write(ParquetRowGroupWriter writer, DataField field) => writer.WriteAllPartsAsync<T>(
            field, _values.ToArray(), Levels(_definitions, field.MaxDefinitionLevel), Levels(_repetitions, field.MaxRepetitionLevel), default)
            .GetAwaiter().GetResult();

        protected override void Append(IArrowArray array, int index, int definition, int repetition)
        {
            if (!array.IsValid(index))
            {
                AppendNothing(definition, repetition);
                return;
            }
            _values.Add(get(array, index));
            AppendNothing(definition + (isNullable ? 1 : 0), repetition);
        }

        protected override void AppendNothing(int definition, int repetition)
        {
            _definitions.Add(definition);
            _repetitions.Add(repetition);
        }

        private static ReadOnlyMemory<int>? Levels(List<int> levels, int most) => most == 0 ? (ReadOnlyMemory<int>?)null : levels.ToArray();
    }

    private sealed class Items(ParquetLevels item, int level) : ParquetLevels
    {
        protected override IEnumerable<ILeaf> Leaves => item.Leaves;

        protected override void Append(IArrowArray array, int index, int definition, int repetition)
        {
            ListArray lists = (ListArray)array;
            if (!lists.IsValid(index))
            {
                item.AppendNothing(definition, repetition);
                return;
            }
            (int start, int end) = (lists.ValueOffsets[index], lists.ValueOffsets[index + 1]);
            if (start == end)
                item.AppendNothing(definition + 1, repetition);
            for (int i = start; i < end; i++)
                item.Append(lists.Values, i, definition + 2, i == start ? repetition : level);
        }

        protected override void AppendNothing(int definition, int repetition) => item.AppendNothing(definition, repetition);
    }

    private sealed class Members(ParquetLevels[] fields) : ParquetLevels
    {
        protected override IEnumerable<ILeaf> Leaves => fields.SelectMany(member => member.Leaves);

        protected override void Append(IArrowArray array, int index, int definition, int repetition)
        {
            if (!array.IsValid(index))
            {
                AppendNothing(definition, repetition);
                return;
            }
            StructArray members = (StructArray)array;
            for (int i = 0; i < fields.Length; i++)
                fields[i].Append(members.Fields[i], index, definition + 1, repetition);
        }

        protected override void AppendNothing(int definition, int repetition)
        {
            foreach (ParquetLevels field in fields)
                field.AppendNothing(definition, repetition);
        }
    }
}
