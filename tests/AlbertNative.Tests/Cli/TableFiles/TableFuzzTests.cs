using System.Buffers.Binary;
using AlbertNative.Cli;
using AlbertNative.Tests.Checkpoints;
using Apache.Arrow;
using Apache.Arrow.Ipc;

namespace AlbertNative.Tests.Cli.TableFiles;

/// <summary>Tables cut short and with bits flipped, always the same ones: they are read, or refused by name.</summary>
public sealed class TableFuzzTests : IDisposable
{
    private const int Rounds = 400;

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Files => ["all-types.parquet", "verses.parquet", "batches.arrow", "batches.arrows"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Files))]
    public void A_damaged_table_is_refused_by_name_or_read(string name)
    {
        byte[] bytes = File.ReadAllBytes(Source(name));
        string path = Path.Combine(_folder.Path, "damaged" + Path.GetExtension(name));
        Random random = new(6);
        for (int i = 0; i < Rounds; i++)
        {
            byte[] damaged = i % 4 == 0 ? bytes[..random.Next(bytes.Length)] : [.. bytes];
            for (int flips = i % 4 == 0 ? 0 : random.Next(1, 8); flips > 0; flips--)
                damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(path, damaged);
            AssertHarmless(path, damaged.Length);
        }
    }

    /// <summary>The library asks memory for what a footer says that it holds before it sees that this is not there.</summary>
    [Theory]
    [InlineData("all-types.parquet")]
    [InlineData("verses.parquet")]
    public void A_damaged_footer_costs_no_more_memory_than_a_whole_one(string name)
    {
        byte[] bytes = File.ReadAllBytes(Source(name));
        int length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(bytes.Length - 8)), start = bytes.Length - 8 - length;
        string path = Path.Combine(_folder.Path, "damaged.parquet");
        Random random = new(11);
        for (int i = 0; i < Rounds; i++)
        {
            byte[] damaged = [.. bytes];
            for (int flips = random.Next(1, 4); flips > 0; flips--)
                damaged[start + random.Next(length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(path, damaged);
            AssertHarmless(path, damaged.Length);
        }
    }

    [Fact]
    public void A_field_of_another_type_is_named()
    {
        ThriftStruct element = new();
        element.Set(ParquetField.ElementName, ThriftType.List, new ThriftList(ThriftType.Byte, [1L]));
        Refused(ThriftType.Int64, 1L, "field 2 of FileMetaData has the type Int64, expected List");
        Refused(ThriftType.List, new ThriftList(ThriftType.Binary, [new byte[1]]), "field 2 of FileMetaData is a list of the type Binary, expected Struct");
        Refused(ThriftType.List, new ThriftList(ThriftType.Struct, [element]), "field 4 of SchemaElement has the type List, expected Binary");
    }

    private void Refused(ThriftType type, object schema, string message)
    {
        ThriftStruct footer = new();
        footer.Set(ParquetField.FileSchema, type, schema);
        string path = Path.Combine(_folder.Path, "f.parquet");
        using (FileStream file = File.Create(path))
        {
            file.Write(ParquetFooter.Magic);
            new ParquetFooter(footer).Write(file);
        }
        BadInputException refused = Assert.Throws<BadInputException>(() => TableFile.Open(path));
        Assert.Equal($"{path}: the footer is damaged: {message}", refused.Message);
    }

    private static void AssertHarmless(string path, int length)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        Exception? thrown = Record.Exception(() => ReadAll(path));
        // Arrow's library rents as much as a message says that it is long, and touches what is there.
        if (path.EndsWith(".parquet", StringComparison.Ordinal))
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, (4L * length) + (64 << 20));
        if (thrown is null)
            return;
        Assert.True(thrown is TableException or BadInputException, $"{thrown}");
        Assert.Contains(path, thrown.Message, StringComparison.Ordinal);
    }

    private static void ReadAll(string path)
    {
        using ITableReader table = TableFile.Open(path);
        foreach (ITableGroup group in table.Groups())
        {
            foreach (string column in table.Columns)
            {
                switch (table.ContentOf(column).Content)
                {
                    case ColumnContent.Text:
                        group.Texts(column);
                        break;
                    case ColumnContent.TextList:
                        group.TextLists(column);
                        break;
                }
            }
        }
    }

    private string Source(string name)
    {
        if (name.EndsWith(".parquet", StringComparison.Ordinal))
            return name == "verses.parquet" ? TableFixtures.Verses : TableFixtures.AllTypes;
        string path = Path.Combine(_folder.Path, name);
        (string?, string[]?)[][] batches = [[("the king", ["a", "b"]), (null, null)], [("شاه", []), ("x", ["y"])]];
        TableFixtures.WriteArrow(path, batches);
        if (name.EndsWith(".arrow", StringComparison.Ordinal))
            return path;
        (Schema schema, List<RecordBatch> read) = TableFixtures.ReadArrow(path);
        using FileStream stream = File.Create(path);
        using ArrowStreamWriter writer = new(stream, schema);
        foreach (RecordBatch batch in read)
            writer.WriteRecordBatch(batch);
        writer.WriteEnd();
        return path;
    }
}
