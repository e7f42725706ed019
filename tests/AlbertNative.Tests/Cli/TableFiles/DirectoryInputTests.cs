using AlbertNative.Cli;
using AlbertNative.Tests.Checkpoints;
using AlbertNative.Tests.Tasks;

namespace AlbertNative.Tests.Cli.TableFiles;

/// <summary>Directories as tables, as Spark and others write them.</summary>
public sealed class DirectoryInputTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Input => Path.Combine(_folder.Path, "in");

    private string Parts => Path.Combine(_folder.Path, "out");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_parts_of_a_directory_are_worked_off_in_the_order_of_their_names()
    {
        byte[] verses = File.ReadAllBytes(TableFixtures.Verses);
        _folder.Write("in/part-00001-b.snappy.parquet", verses);
        _folder.Write("in/part-00000-a.snappy.parquet", verses);
        _folder.Write("in/_SUCCESS", "");
        _folder.Write("in/.part-00000-a.snappy.parquet.crc", "crc");
        CliRun run = Embed("--on-error", "skip");
        Assert.Equal(3, run.ExitCode);
        Assert.Contains("part-00000-a.snappy.parquet, row 5:", run.Error);
        Assert.Contains("part-00001-b.snappy.parquet, row 5:", run.Error);
        Assert.Contains("2 bad row(s) have no result", run.Error);

        string whole = Path.Combine(_folder.Path, "whole.parquet");
        Assert.Equal(3, CliRun.Of("embed", "--model", Nano.Path, "--input", TableFixtures.Verses, "--output", whole, "--column", "text=verse", "--on-error", "skip").ExitCode);
        List<float[]?> once = await TableFixtures.ReadVectors(whole, "embedding");
        List<float[]?> vectors = [];
        foreach (string part in Names().Where(name => name.StartsWith("part", StringComparison.Ordinal)))
            vectors.AddRange(await TableFixtures.ReadVectors(Path.Combine(Parts, part), "embedding"));
        Assert.Equal([.. once, .. once], vectors);
        Assert.Equal(6, Names().Count(name => name.StartsWith("part", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_run_that_was_broken_off_goes_on_in_the_file_where_it_was()
    {
        TableFixtures.WriteArrow(Write("a.arrow"), [("one", null)], [("two", null)]);
        TableFixtures.WriteArrow(Write("b.arrow"), [("three", null)], [(null, null)]);
        TableFixtures.WriteArrow(Write("c.arrow"), [("five", null)]);
        CliRun broken = Tokenize();
        Assert.Equal(1, broken.ExitCode);
        Assert.Contains("b.arrow, row 2:", broken.Error);
        Assert.Equal(["_albert-run.txt", "part-00000.arrow", "part-00001.arrow", "part-00002.arrow"], Names());

        DateTime before = new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(Path.Combine(Parts, "part-00002.arrow"), before);
        // The same command goes on, and meets the same row.
        Assert.Contains("b.arrow, row 2:", Tokenize().Error);
        Assert.Equal(before, File.GetLastWriteTimeUtc(Path.Combine(Parts, "part-00002.arrow")));
        // With another file it is another run.
        TableFixtures.WriteArrow(Write("d.arrow"), [("six", null)]);
        Assert.Contains("holds parts of another run", Tokenize().Error);
    }

    [Fact]
    public void Columns_of_all_files_are_looked_at_before_any_work()
    {
        TableFixtures.WriteArrow(Write("a.arrow"), [("one", null)]);
        File.WriteAllBytes(Write("b.arrow"), "damaged"u8.ToArray());
        CliRun run = Tokenize();
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("b.arrow begins neither as an Arrow file nor as an Arrow stream does", run.Error);
        Assert.False(Directory.Exists(Parts));
    }

    [Theory]
    [InlineData("notes.txt is no table by its name", "a.arrow", "notes.txt")]
    [InlineData("is of another kind than", "a.arrow", "b.parquet")]
    [InlineData("year=2024 is a directory", "a.arrow", "year=2024/b.arrow")]
    public void What_is_no_table_is_named(string message, params string[] files)
    {
        Directory.CreateDirectory(Input);
        foreach (string file in files)
            _folder.Write("in/" + file, "");
        CliRun run = Tokenize();
        Assert.Equal(1, run.ExitCode);
        Assert.Contains(message, run.Error);
        Assert.False(Directory.Exists(Parts));
    }

    [Fact]
    public void One_file_of_several_is_refused()
    {
        TableFixtures.WriteArrow(Write("a.arrow"), [("one", null)]);
        CliRun run = CliRun.Of("tokenize", "--model", Nano.Path, "--input", Input, "--output", Path.Combine(_folder.Path, "out.arrow"));
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("--output: expected a directory, as the input is one", run.Error);
    }

    [Fact]
    public void A_directory_without_tables_is_none()
    {
        _folder.Write("in/_SUCCESS", "");
        CliRun run = Tokenize();
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("--output: expected a table as --input", run.Error);
        Assert.Contains("is a directory", CliRun.Of("tokenize", "--model", Nano.Path, "--input", Input).Error);
    }

    private CliRun Embed(params string[] options) =>
        CliRun.Of(["embed", "--model", Nano.Path, "--input", Input, "--output", Parts, "--column", "text=verse", .. options]);

    private CliRun Tokenize() => CliRun.Of("tokenize", "--model", Nano.Path, "--input", Input, "--output", Parts);

    private string Write(string name) => _folder.Write("in/" + name, "");

    private string[] Names() => [.. Directory.EnumerateFileSystemEntries(Parts).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
}
