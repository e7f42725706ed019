using AlbertNative.Spark;
using Apache.Arrow;
using Apache.Arrow.Compression;
using Apache.Arrow.Ipc;
using Apache.Arrow.Memory;
using Apache.Arrow.Types;

namespace AlbertNative.Cli;

/// <summary>
/// An Arrow file (IPC), which is also Feather's second version, or an Arrow stream in a file, whatever its name says: a group for
/// each record batch.
/// </summary>
internal sealed class ArrowTableReader : ITableReader
{
    private readonly FileStream _file;
    private readonly EndMarkStream _stream;
    private readonly ArrowStreamReader _reader;
    private readonly Schema _schema;

    public ArrowTableReader(string path)
    {
        Path = path;
        _file = TableFile.OpenRead(path);
        _stream = new(_file);
        try
        {
            _reader = BeginsAsStream()
                ? new ArrowStreamReader(_stream, MemoryAllocator.Default.Value, new CompressionCodecFactory(), leaveOpen: true)
                : new ArrowFileReader(_file, MemoryAllocator.Default.Value, new CompressionCodecFactory(), leaveOpen: true);
            _schema = TableFile.Reading(path, () => _reader.Schema ?? throw new InvalidDataException("it has no schema"));
        }
        catch
        {
            _file.Dispose();
            throw;
        }
        Columns = [.. _schema.FieldsList.Select(field => field.Name)];
        TableFile.RequireDistinct(path, Columns);
    }

    public string Path { get; }

    public IReadOnlyList<string> Columns { get; }

    public long Length => _file.Length;

    public (ColumnContent Content, string Type) ContentOf(string column)
    {
        IArrowType type = _schema.GetFieldByName(column).DataType;
        ColumnContent content = ArrowText.IsText(type) ? ColumnContent.Text : ArrowText.IsTextList(type) ? ColumnContent.TextList : ColumnContent.Other;
        return (content, type.Name);
    }

    public IEnumerable<ITableGroup> Groups() => (_reader is ArrowFileReader file ? BatchesOf(file) : BatchesOfStream())
        .Select(batch => new ArrowGroup(Path, batch, _file.Position));

    public ITableWriter CreateWriter(OutputFile output, IReadOnlyList<(string Name, ColumnType Type)> results) =>
        new ArrowTableWriter(output, _schema, results);

    public void Dispose()
    {
        _reader.Dispose();
        _file.Dispose();
    }

    // A file begins with a word of its own, a stream with the mark of its first message.
    private bool BeginsAsStream()
    {
        Span<byte> start = stackalloc byte[6];
        int count = _file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        _file.Position = 0;
        if (start[..count].SequenceEqual("ARROW1"u8))
            return false;
        return start[..count].StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFF, 0xFF, 0xFF])
            ? true
            : throw new BadInputException($"{Path} begins neither as an Arrow file nor as an Arrow stream does");
    }

    private IEnumerable<RecordBatch> BatchesOf(ArrowFileReader file)
    {
        int count = TableFile.Reading(Path, () => file.RecordBatchCountAsync().AsTask().GetAwaiter().GetResult());
        for (int i = 0; i < count; i++)
        {
            using RecordBatch batch = TableFile.Reading(Path, () =>
                file.ReadRecordBatchAsync(i).AsTask().GetAwaiter().GetResult() ?? throw new InvalidDataException($"record batch {i + 1} is missing"));
            yield return batch;
        }
    }

    private IEnumerable<RecordBatch> BatchesOfStream()
    {
        while (TableFile.Reading<RecordBatch?>(Path, _reader.ReadNextRecordBatch) is RecordBatch batch)
        {
            using (batch)
                yield return batch;
        }
        if (!_stream.HasEnded)
            throw new TableException($"{Path} is cut off: the Arrow stream in it stops before its end");
    }

    /// <summary>A record batch.</summary>
    internal sealed class ArrowGroup(string path, RecordBatch batch, long end) : ITableGroup
    {
        public RecordBatch Batch => batch;

        public int RowCount => batch.Length;

        public long End => end;

        public string?[] Texts(string column) => TableFile.Reading(path, () => ArrowText.Texts(batch.Column(column)));

        public string?[]?[] TextLists(string column) => TableFile.Reading(path, () => ArrowText.TextLists(batch.Column(column)));
    }
}
