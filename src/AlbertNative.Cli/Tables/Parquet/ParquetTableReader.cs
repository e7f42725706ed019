using Parquet;
using Parquet.Meta;
using Parquet.Schema;

namespace AlbertNative.Cli;

/// <summary>A Parquet file: a group for each row group. Only the columns that a command reads are decoded.</summary>
internal sealed class ParquetTableReader : ITableReader
{
    // Writers' defaults end at 64 Mi rows; a count beyond them is a damaged one, for which no memory is asked.
    private const long MostRows = 1 << 26;

    private readonly FileStream _file;
    private readonly ParquetFooter _footer;
    private readonly ThriftStruct[] _groups;
    private readonly ParquetReader _reader;

    public ParquetTableReader(string path)
    {
        Path = path;
        _file = TableFile.OpenRead(path);
        try
        {
            _footer = ParquetFooter.Read(_file, path);
            _groups = TableFile.Reading(path, () => _footer.RowGroups.Cast<ThriftStruct>().ToArray());
            _file.Position = 0;
            _reader = TableFile.Reading(path, () => ParquetReader.CreateAsync(_file, leaveStreamOpen: true).GetAwaiter().GetResult());
            Columns = TableFile.Reading(path, () => _reader.Schema.Fields.Select(field => field.Name).ToArray());
        }
        catch
        {
            _file.Dispose();
            throw;
        }
        TableFile.RequireDistinct(path, Columns);
    }

    public string Path { get; }

    public IReadOnlyList<string> Columns { get; }

    public long Length => _file.Length;

    public (ColumnContent Content, string Type) ContentOf(string column) => Field(column) switch
    {
        DataField { IsArray: false } field when IsText(field) => (ColumnContent.Text, "a string"),
        ListField { Item: DataField item } when IsText(item) => (ColumnContent.TextList, "a list of strings"),
        DataField { IsArray: false } field => (ColumnContent.Other, NameOf(field)),
        ListField { Item: DataField item } => (ColumnContent.Other, $"a list of {NameOf(item)}"),
        var field => (ColumnContent.Other, $"a {field.SchemaType.ToString().ToLowerInvariant()}"),
    };

    public IEnumerable<ITableGroup> Groups()
    {
        if (_reader.RowGroupCount != _groups.Length)
            throw new BadInputException($"{Path}: {_groups.Length} row groups are listed, {_reader.RowGroupCount} were found");
        for (int i = 0; i < _reader.RowGroupCount; i++)
        {
            using ParquetRowGroupReader reader = TableFile.Reading(Path, () => _reader.OpenRowGroupReader(i));
            if (reader.RowCount is < 0 or > MostRows)
                throw new BadInputException($"{Path}: row group {i} would have {reader.RowCount} rows, at most {MostRows} are read");
            yield return new ParquetGroup(this, _groups[i], reader, _file.Length * (i + 1) / _reader.RowGroupCount);
        }
    }

    public ITableWriter CreateWriter(OutputFile output, IReadOnlyList<(string Name, ColumnType Type)> results) =>
        TableFile.Reading(Path, () => new ParquetTableWriter(output, Path, _file, _footer, results));

    public void Dispose()
    {
        _reader.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _file.Dispose();
    }

    private Field Field(string column) => _reader.Schema.Fields.First(field => field.Name == column);

    private static bool IsText(DataField field) => field.ClrType == typeof(ReadOnlyMemory<char>);

    private static string NameOf(DataField field) =>
        field.ClrType == typeof(ReadOnlyMemory<byte>) ? "bytes that are not marked as a string" : field.ClrType.Name;

    /// <summary>A row group.</summary>
    internal sealed class ParquetGroup(ParquetTableReader table, ThriftStruct footer, ParquetRowGroupReader reader, long end) : ITableGroup
    {
        /// <summary>Its RowGroup in the footer.</summary>
        public ThriftStruct Footer => footer;

        public int RowCount => (int)reader.RowCount;

        public long End => end;

        public string?[] Texts(string column) => TableFile.Reading(table.Path, () =>
        {
            DataField field = (DataField)table.Field(column);
            (ReadOnlyMemory<char>[] values, int[] definitions, _) = Read(field);
            string?[] texts = new string?[RowCount];
            if (field.MaxDefinitionLevel == 0)
                return Array.ConvertAll(values, value => value.ToString());
            int next = 0;
            for (int i = 0; i < texts.Length; i++)
                texts[i] = definitions[i] == field.MaxDefinitionLevel ? values[next++].ToString() : null;
            return texts;
        });

        public string?[]?[] TextLists(string column) => TableFile.Reading(table.Path, () =>
        {
            DataField item = (DataField)((ListField)table.Field(column)).Item;
            (ReadOnlyMemory<char>[] values, int[] definitions, int[] repetitions) = Read(item);
            // Below the level of an item that is null there are: an empty list, and a list that is null.
            int nullItem = item.MaxDefinitionLevel - (item.IsNullable ? 1 : 0);
            int empty = nullItem - 1;
            List<List<string?>?> lists = [];
            int next = 0;
            for (int i = 0; i < definitions.Length; i++)
            {
                if (repetitions[i] == 0)
                    lists.Add(definitions[i] < empty ? null : []);
                if (definitions[i] >= nullItem)
                    lists[^1]!.Add(definitions[i] == item.MaxDefinitionLevel ? values[next++].ToString() : null);
            }
            return lists.Count == RowCount
                ? Array.ConvertAll(lists.ToArray(), list => list?.ToArray())
                : throw new InvalidDataException($"the column {column} has {lists.Count} rows, its row group {RowCount}");
        });

        // Values that are there, and the levels of all.
        private (ReadOnlyMemory<char>[] Values, int[] Definitions, int[] Repetitions) Read(DataField field)
        {
            ColumnMetaData metadata = reader.GetMetadata(field)?.MetaData ?? throw new InvalidDataException($"row group without {field.Path}");
            bool isFlat = field.MaxRepetitionLevel == 0;
            if (metadata.NumValues < 0 || (isFlat && metadata.NumValues != reader.RowCount) || metadata.NumValues > Array.MaxLength)
                throw new InvalidDataException($"{field.Path} has {metadata.NumValues} values in a row group of {reader.RowCount} rows");
            int count = (int)metadata.NumValues;
            ReadOnlyMemory<char>[] values = new ReadOnlyMemory<char>[count];
            int[] definitions = new int[field.MaxDefinitionLevel > 0 ? count : 0];
            int[] repetitions = new int[isFlat ? 0 : count];
            reader.ReadRawAsync<ReadOnlyMemory<char>>(field, values, Memory(definitions), Memory(repetitions), default)
                .AsTask().GetAwaiter().GetResult();
            return (values, definitions, repetitions);

            static Memory<int>? Memory(int[] levels) => levels.Length == 0 ? (Memory<int>?)null : levels;
        }
    }
}
