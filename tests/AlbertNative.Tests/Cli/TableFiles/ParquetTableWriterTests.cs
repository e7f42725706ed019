using AlbertNative.Cli;
using AlbertNative.Tests.Checkpoints;
using Apache.Arrow;

namespace AlbertNative.Tests.Cli.TableFiles;

public sealed class ParquetTableWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Results_that_come_in_pieces_are_one_column()
    {
        string path = Path.Combine(_folder.Path, "out.parquet");
        ColumnBuilder vectors = ColumnType.Vector.CreateBuilder();
        using (ITableReader table = TableFile.Open(TableFixtures.Verses))
        using (OutputFile output = new(path))
        using (ITableWriter writer = table.CreateWriter(output, [("v", ColumnType.Vector)]))
        {
            float next = 0;
            foreach (ITableGroup group in table.Groups())
            {
                for (int row = 0; row < group.RowCount; row++)
                {
                    vectors.Append(row == 1 ? null : Enumerable.Repeat(next++, row).ToArray());
                    using IArrowArray piece = vectors.Build();
                    writer.Write(group, row, [piece]);
                }
                writer.EndGroup(group);
            }
            writer.Complete();
        }
        // Groups of three, three and one row.
        Assert.Equal([[], null, [1, 1], [], null, [3, 3], []], await TableFixtures.ReadVectors(path, "v"));
        Assert.Equal([path], Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void A_footer_is_written_as_it_was_read()
    {
        byte[] file = File.ReadAllBytes(TableFixtures.AllTypes);
        using MemoryStream written = new();
        using (MemoryStream read = new(file))
            ParquetFooter.Read(read, "").Write(written);
        Assert.Equal(file[^(int)written.Length..], written.ToArray());
    }

    [Fact]
    public void A_footer_that_claims_much_takes_no_memory()
    {
        // A list of 2^31-1 structs, in ten bytes.
        Assert.Throws<InvalidDataException>(() => ThriftReader.Read([0x29, 0xFC, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 0, 0, 0]));
        // Structs within structs, without end.
        Assert.Throws<InvalidDataException>(() => ThriftReader.Read([.. Enumerable.Repeat((byte)0x1C, 100_000)]));
    }
}
