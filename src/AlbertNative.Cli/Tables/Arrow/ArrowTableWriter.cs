using Apache.Arrow;
using Apache.Arrow.Ipc;

namespace AlbertNative.Cli;

/// <summary>Writes an Arrow file, or a stream where it is called one: the columns of the batches that were read, and those of results.</summary>
internal sealed class ArrowTableWriter : ITableWriter
{
    private readonly OutputFile _output;
    private readonly Schema _schema;
    private readonly ArrowStreamWriter _writer;

    public ArrowTableWriter(OutputFile output, Schema input, IReadOnlyList<(string Name, ColumnType Type)> results)
    {
        _output = output;
        _schema = Extend(input, results);
        _writer = TableFile.IsStream(output.Name)
            ? new ArrowStreamWriter(output.Stream, _schema, leaveOpen: true)
            : new ArrowFileWriter(output.Stream, _schema, leaveOpen: true);
        _writer.WriteStart();
    }

    /// <summary>A schema with further fields.</summary>
    public static Schema Extend(Schema input, IReadOnlyList<(string Name, ColumnType Type)> results) =>
        new([.. input.FieldsList, .. results.Select(result => new Field(result.Name, result.Type.Arrow, nullable: true))], input.Metadata);

    public void Write(ITableGroup group, int first, IReadOnlyList<IArrowArray> results)
    {
        RecordBatch batch = ((ArrowTableReader.ArrowGroup)group).Batch;
        int count = results[0].Length;
        // A batch that is written whole is written as it was read, its dictionaries with it.
        RecordBatch rows = count == batch.Length ? batch : batch.Slice(first, count);
        _writer.WriteRecordBatch(new(_schema, [.. rows.Arrays, .. results], count));
    }

    public void EndGroup(ITableGroup group)
    {
        // Batches end themselves.
    }

    public void Complete()
    {
        _writer.WriteEnd();
        _output.Complete();
    }

    public void Dispose() => _writer.Dispose();
}
