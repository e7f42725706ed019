using Apache.Arrow;
using Parquet.Schema;

namespace AlbertNative.Cli;

/// <summary>
/// Writes a Parquet file: of each row group that was read all columns, byte for byte, and behind them those of results.
/// So every type, encoding and compression passes through, and nothing is decoded that a command does not read.
/// </summary>
internal sealed class ParquetTableWriter : ITableWriter
{
    private readonly OutputFile _output;
    private readonly string _directory;
    private readonly string _inputPath;
    private readonly Stream _input;
    private readonly ThriftStruct _file;
    private readonly ParquetSchema _results;
    private readonly List<object> _rowGroups = [];
    private long _rows;
    private ResultRowGroups? _current;

    public ParquetTableWriter(
        OutputFile output, string inputPath, Stream input, ParquetFooter footer, IReadOnlyList<(string Name, ColumnType Type)> results)
    {
        _output = output;
        _inputPath = inputPath;
        _directory = Path.GetDirectoryName(output.Stream.Name)!;
        _input = input;
        _results = new([.. results.Select(result => result.Type.Parquet(result.Name))]);
        _file = Footer(footer, results);
        output.Stream.Write(ParquetFooter.Magic);
    }

    public void Write(ITableGroup group, int first, IReadOnlyList<IArrowArray> results) =>
        (_current ??= new(_directory, _results)).Write(results);

    public void EndGroup(ITableGroup group)
    {
        using ResultRowGroups results = _current ?? throw new InvalidOperationException("no results of the group were written");
        _current = null;
        (Stream file, ParquetFooter footer) = results.End();
        ThriftStruct[][] pieces = [.. footer.RowGroups.Select(Columns)];

        List<object> columns = [];
        ThriftStruct read = ((ParquetTableReader.ParquetGroup)group).Footer;
        TableFile.Reading(_inputPath, () =>
        {
            foreach (ThriftStruct column in Columns(read))
                columns.Add(ColumnChunkCopy.Copy(_input, [column], _output.Stream));
            return true;
        });
        for (int leaf = 0; leaf < pieces[0].Length; leaf++)
            columns.Add(ColumnChunkCopy.Copy(file, [.. pieces.Select(piece => piece[leaf])], _output.Stream));
        _rows += group.RowCount;
        _rowGroups.Add(RowGroup(read, columns));
    }

    public void Complete()
    {
        _file.Set(ParquetField.FileRowCount, ThriftType.Int64, _rows);
        _file.Set(ParquetField.FileRowGroups, ThriftType.List, new ThriftList(ThriftType.Struct, _rowGroups));
        new ParquetFooter(_file).Write(_output.Stream);
        _output.Complete();
    }

    public void Dispose() => _current?.Dispose();

    // FileMetaData of what was read, with the columns of results and without row groups.
    private ThriftStruct Footer(ParquetFooter input, IReadOnlyList<(string Name, ColumnType Type)> results)
    {
        ThriftStruct file = new();
        file.Fields.AddRange(input.File.Fields);
        using ResultRowGroups none = new(_directory, _results);
        List<object> added = none.End().Footer.Schema[1..];
        ThriftStruct root = new();
        root.Fields.AddRange(((ThriftStruct)input.Schema[0]).Fields);
        root.Set(ParquetField.ElementChildCount, ThriftType.Int32, ParquetFooter.Need(root.Integer(ParquetField.ElementChildCount)) + results.Count);
        file.Set(ParquetField.FileSchema, ThriftType.List, new ThriftList(ThriftType.Struct, [root, .. input.Schema[1..], .. added]));
        if (file.List(ParquetField.FileColumnOrders) is ThriftList orders)
        {
            // TypeDefinedOrder, the only one.
            ThriftStruct order = new();
            order.Set(1, ThriftType.Struct, new ThriftStruct());
            IEnumerable<object> all = orders.Items.Concat(_results.DataFields.Select(_ => order));
            file.Set(ParquetField.FileColumnOrders, ThriftType.List, new ThriftList(ThriftType.Struct, [.. all]));
        }
        ArrowSchemaNote.Extend(file, results);
        return file;
    }

    private static ThriftStruct RowGroup(ThriftStruct read, List<object> columns)
    {
        ThriftStruct group = new();
        group.Fields.AddRange(read.Fields);
        group.Remove(ParquetField.GroupFileOffset, ParquetField.GroupOrdinal);
        group.Set(ParquetField.GroupColumns, ThriftType.List, new ThriftList(ThriftType.Struct, columns));
        group.Set(ParquetField.GroupBytes, ThriftType.Int64, Sum(ParquetField.ColumnUncompressedBytes));
        group.Set(ParquetField.GroupCompressedBytes, ThriftType.Int64, Sum(ParquetField.ColumnCompressedBytes));
        return group;

        long Sum(short field) => columns.Cast<ThriftStruct>().Sum(column =>
            ParquetFooter.Need(ParquetFooter.Need(column.Struct(ParquetField.ChunkMetadata)).Integer(field)));
    }

    private static ThriftStruct[] Columns(object group) => [.. ParquetFooter.Need(((ThriftStruct)group).List(ParquetField.GroupColumns)).Structs];
}
