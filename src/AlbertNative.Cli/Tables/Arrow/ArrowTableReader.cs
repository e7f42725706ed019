using Apache.Arrow;
using Apache.Arrow.Compression;
using Apache.Arrow.Ipc;
using Apache.Arrow.Memory;
using Apache.Arrow.Types;

namespace AlbertNative.Cli;

/// <summary>An Arrow file (IPC), which is also Feather's second version: a group for each record batch.</summary>
internal sealed class ArrowTableReader : ITableReader
{
    private readonly FileStream _file;
    private readonly ArrowFileReader _reader;
    private readonly Schema _schema;

    public ArrowTableReader(string path)
    {
        Path = path;
        _file = TableFile.OpenRead(path);
        try
        {
            Span<byte> magic = stackalloc byte[6];
            if (_file.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false) < magic.Length || !magic.SequenceEqual("ARROW1"u8))
                throw new BadInputException($"{path} does not begin as an Arrow file does");
            _file.Position = 0;
            _reader = new(_file, MemoryAllocator.Default.Value, new CompressionCodecFactory(), leaveOpen: true);
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

    public IEnumerable<ITableGroup> Groups()
    {
        int count = TableFile.Reading(Path, () => _reader.RecordBatchCountAsync().AsTask().GetAwaiter().GetResult());
        for (int i = 0; i < count; i++)
        {
            using RecordBatch batch = TableFile.Reading(Path, () =>
                _reader.ReadRecordBatchAsync(i).AsTask().GetAwaiter().GetResult() ?? throw new InvalidDataException($"record batch {i + 1} is missing"));
            yield return new ArrowGroup(Path, batch, _file.Position);
        }
    }

    public ITableWriter CreateWriter(OutputFile output, IReadOnlyList<(string Name, ColumnType Type)> results) =>
        new ArrowTableWriter(output, _schema, results);

    public void Dispose()
    {
        _reader.Dispose();
        _file.Dispose();
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
