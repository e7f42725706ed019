using AlbertNative.Cli;
using AlbertNative.Tests.Checkpoints;
using AlbertNative.Tests.Tasks;

namespace AlbertNative.Tests.Cli.TableFiles;

public sealed class ParquetCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Output => Path.Combine(_folder.Path, "out.parquet");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Vectors_stand_beside_the_rows_that_they_are_of()
    {
        CliRun run = Embed(TableFixtures.Verses, "--column", "text=verse", "--on-error", "skip");
        Assert.Equal(3, run.ExitCode);
        Assert.Contains("verses.parquet, row 5: the column \"verse\" is null", run.Error);
        Assert.Contains("1 bad row(s) have no result", run.Error);

        using ITableReader table = TableFile.Open(TableFixtures.Verses);
        string?[] texts = [.. table.Groups().SelectMany(group => group.Texts("verse"))];
        using TextEmbedder embedder = TextEmbedder.Load(Nano.Path);
        List<float[]?> vectors = await TableFixtures.ReadVectors(Output, "embedding");
        Assert.Equal(7, vectors.Count);
        Assert.Equal(texts.Select(text => text is null ? null : embedder.Embed(text)), vectors);
        Assert.Single(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void Other_columns_pass_through_byte_for_byte()
    {
        CliRun run = CliRun.Of("tokenize", "--model", Nano.Path, "--input", TableFixtures.AllTypes, "--output", Output,
            "--column", "text=str", "--on-error", "skip");
        Assert.Equal(3, run.ExitCode);
        List<byte[][]> read = TableFixtures.ReadPages(TableFixtures.AllTypes);
        List<byte[][]> written = TableFixtures.ReadPages(Output);
        Assert.Equal(3, written.Count);
        Assert.All(read.Zip(written), pair => Assert.Equal(pair.First, pair.Second[..pair.First.Length]));

        using FileStream file = File.OpenRead(Output);
        using FileStream input = File.OpenRead(TableFixtures.AllTypes);
        List<object> elements = ParquetFooter.Read(file, Output).Schema;
        List<object> before = ParquetFooter.Read(input, "").Schema;
        Assert.Equal(before.Skip(1).Select(Bytes), elements.Skip(1).Take(before.Count - 1).Select(Bytes));
        using ITableReader table = TableFile.Open(Output);
        Assert.Equal(["ids", "tokens", "token_type_ids", "offsets"], table.Columns.TakeLast(4));

        static byte[] Bytes(object element) => ThriftWriter.Write((ThriftStruct)element).ToArray();
    }

    [Fact]
    public void Lists_are_read_as_they_were_written()
    {
        Assert.Equal(3, CliRun.Of("tokenize", "--model", Nano.Path, "--input", TableFixtures.Verses, "--output", Output,
            "--column", "text=verse", "--on-error", "skip").ExitCode);
        using ITableReader table = TableFile.Open(Output);
        string?[]?[] lists = [.. table.Groups().SelectMany(group => group.TextLists("tokens"))];
        Assert.Null(lists[4]);
        Assert.Equal("[CLS] ▁and ▁david ▁went ▁on , ▁and ▁grew ▁great . [SEP]", string.Join(" ", lists[2]!));

        // And are words for another command.
        string labels = Path.Combine(_folder.Path, "labels.parquet");
        CliRun tag = CliRun.Of("tag", "--model", ShippedTagger, "--words", "--input", Output, "--column", "words=tokens", "--output", labels, "--on-error", "skip");
        Assert.Equal(3, tag.ExitCode);
        using ITableReader tagged = TableFile.Open(labels);
        string?[]?[] found = [.. tagged.Groups().SelectMany(group => group.TextLists("labels"))];
        Assert.Equal(lists.Select(list => list?.Length), found.Select(list => list?.Length));
    }

    [Fact]
    public void A_bad_row_ends_the_run_and_leaves_no_file()
    {
        File.WriteAllText(Output, "old");
        CliRun run = Embed(TableFixtures.Verses, "--column", "text=verse");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("row 5", run.Error);
        Assert.Equal("old", File.ReadAllText(Output));
        Assert.Single(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Theory]
    [InlineData("there is no column \"text\" among \"id\", \"book\", \"verse\"; --column text=NAME names another")]
    [InlineData("there is no column \"none\" among", "--column", "text=none")]
    [InlineData("the column \"id\" is Int32, expected strings", "--column", "text=id")]
    [InlineData("the column \"verse\" is a string, expected lists of strings", "--column", "words=verse", "--words")]
    [InlineData("--column pair: the command reads no such field", "--column", "pair=verse", "--column", "text=verse")]
    public void Columns_that_cannot_be_read_are_named(string message, params string[] options)
    {
        CliRun run = Embed(TableFixtures.Verses, options);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains(message, run.Error);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void A_column_of_the_results_name_is_not_overwritten()
    {
        Assert.Equal(3, Embed(TableFixtures.Verses, "--column", "text=verse", "--on-error", "skip").ExitCode);
        string again = Path.Combine(_folder.Path, "again.parquet");
        CliRun run = CliRun.Of("embed", "--model", Nano.Path, "--input", Output, "--output", again, "--column", "text=verse");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("there is a column \"embedding\" already", run.Error);
        Assert.False(File.Exists(again));
    }

    [Theory]
    [InlineData("--output is missing", "embed", "--input", "x.parquet")]
    [InlineData("expected a file like x.parquet or a directory, found \"y.arrow\"", "embed", "--input", "x.parquet", "--output", "y.arrow")]
    [InlineData("expected a file like the input or a directory, found \"y.npy\"", "embed", "--input", "x.parquet", "--output", "y.npy")]
    [InlineData("x.parquet is a table by its name", "embed", "--input", "x.parquet", "--jsonl", "--output", "y.parquet")]
    [InlineData("--column is for tables", "classify", "--input", "x.txt", "--column", "text=a")]
    [InlineData("expected FIELD=NAME, found \"text\"", "classify", "--input", "x.parquet", "--output", "y.parquet", "--column", "text")]
    [InlineData("expected a table as --input", "classify", "--input", "x.txt", "--output", "y.parquet")]
    public void Options_that_make_no_sense_are_refused(string message, params string[] arguments)
    {
        CliRun run = CliRun.Of(arguments);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(message, run.Error);
    }

    [Fact]
    public void A_command_without_tables_says_so()
    {
        CliRun run = CliRun.Of("tokenize", "--model", Nano.Path, "--stride", "2", "--max-length", "8", "--input", TableFixtures.Verses, "--output", Output);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("albert tokenize takes no tables in this form", run.Error);
    }

    [Fact]
    public void Files_that_are_cut_off_are_refused_wherever_they_end()
    {
        byte[] whole = File.ReadAllBytes(TableFixtures.Verses);
        for (int length = 0; length < whole.Length; length += 1 + (whole.Length / 25))
        {
            CliRun run = Tokenize(whole[..length]);
            Assert.True(run.ExitCode == 1, $"{length} bytes: {run.ExitCode}");
            Assert.StartsWith("albert: ", run.Error);
        }
        Assert.Equal(["cut.parquet"], Directory.EnumerateFileSystemEntries(_folder.Path).Select(path => Path.GetFileName(path)));
    }

    [Fact]
    public void Damaged_files_end_in_a_message_or_a_whole_table()
    {
        byte[] whole = File.ReadAllBytes(TableFixtures.Verses);
        Random random = new(13);
        for (int i = 0; i < 60; i++)
        {
            byte[] damaged = [.. whole];
            // Half of them in the footer.
            int at = i % 2 == 0 ? random.Next(damaged.Length) : damaged.Length - 1 - random.Next(600);
            damaged[at] ^= (byte)(1 << random.Next(8));
            CliRun run = Tokenize(damaged);
            Assert.True(run.ExitCode is 0 or 1 or 3, $"bit at {at}: {run.ExitCode} {run.Error}");
            Assert.Equal(run.ExitCode != 1, File.Exists(Output));
            File.Delete(Output);
        }
        Assert.Equal(["cut.parquet"], Directory.EnumerateFileSystemEntries(_folder.Path).Select(path => Path.GetFileName(path)));
    }

    private static string ShippedTagger => Testing.ShippedModels.Tagger;

    private CliRun Embed(string input, params string[] options) =>
        CliRun.Of(["embed", "--model", Nano.Path, "--input", input, "--output", Output, .. options]);

    private CliRun Tokenize(ReadOnlySpan<byte> file) => CliRun.Of(
        "tokenize", "--model", Nano.Path, "--input", _folder.Write("cut.parquet", file), "--output", Output, "--column", "text=verse", "--on-error", "skip");
}
