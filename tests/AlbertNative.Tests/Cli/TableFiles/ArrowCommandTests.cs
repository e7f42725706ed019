using AlbertNative.Tests.Checkpoints;
using AlbertNative.Tests.Tasks;
using Apache.Arrow;

namespace AlbertNative.Tests.Cli.TableFiles;

public sealed class ArrowCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Input => Path.Combine(_folder.Path, "in.arrow");

    private string Output => Path.Combine(_folder.Path, "out.arrow");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Vectors_stand_beside_the_rows_that_they_are_of()
    {
        TableFixtures.WriteArrow(Input, [("the king", null), ("شاه رفت", ["a"])], [], [("😀", [])]);
        Assert.Equal((0, "", ""), Of("embed", "--model", Nano.Path, "--input", Input, "--output", Output));
        (Schema schema, List<RecordBatch> batches) = TableFixtures.ReadArrow(Output);
        Assert.Equal(["id", "text", "words", "embedding"], schema.FieldsList.Select(field => field.Name));
        Assert.Equal("a test", schema.Metadata["made by"]);
        Assert.Equal([2, 1], batches.Select(batch => batch.Length));
        Assert.Equal([0L, 1, 2], batches.SelectMany(batch => ((Int64Array)batch.Column("id")).Values.ToArray()));

        using TextEmbedder embedder = TextEmbedder.Load(Nano.Path);
        Assert.Equal(
            embedder.Embed(["the king", "شاه رفت", "😀"]),
            batches.SelectMany(batch => Enumerable.Range(0, batch.Length).Select(i =>
                ((FloatArray)((ListArray)batch.Column("embedding")).GetSlicedValues(i)).Values.ToArray())));
    }

    [Fact]
    public void Words_have_labels()
    {
        TableFixtures.WriteArrow(Input, [(null, ["شاه", "", "رفت"]), (null, [])]);
        Assert.Equal((0, "", ""), Of("tag", "--words", "--model", Testing.ShippedModels.Tagger, "--input", Input, "--output", Output));
        RecordBatch batch = Assert.Single(TableFixtures.ReadArrow(Output).Batches);
        StringArray labels = (StringArray)((ListArray)batch.Column("labels")).GetSlicedValues(0);
        Assert.Equal([true, false, true], Enumerable.Range(0, 3).Select(i => labels.IsValid(i)));
        Assert.Equal(0, ((ListArray)batch.Column("labels")).GetValueLength(1));
        Assert.Equal(1, ((ListArray)batch.Column("scores")).GetSlicedValues(0).NullCount);
    }

    [Fact]
    public void A_bad_row_ends_the_run_and_leaves_no_file()
    {
        TableFixtures.WriteArrow(Input, [("fine", null)], [("fine", null), (null, null)]);
        CliRun run = CliRun.Of("embed", "--model", Nano.Path, "--input", Input, "--output", Output);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("in.arrow, row 3: the column \"text\" is null", run.Error);
        Assert.Equal([Input], Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void Files_that_are_cut_off_are_refused_wherever_they_end()
    {
        TableFixtures.WriteArrow(Input, [("the king", null)], [("the queen", ["a"])]);
        byte[] whole = File.ReadAllBytes(Input);
        for (int length = 0; length < whole.Length; length += 1 + (whole.Length / 25))
        {
            File.WriteAllBytes(Input, whole[..length]);
            CliRun run = CliRun.Of("tokenize", "--model", Nano.Path, "--input", Input, "--output", Output);
            Assert.True(run.ExitCode == 1, $"{length} bytes: {run.ExitCode} {run.Error}");
        }
        Assert.Equal([Input], Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void Damaged_files_end_in_a_message_or_in_as_many_rows()
    {
        TableFixtures.WriteArrow(Input, [("the king", null)], [("the queen", ["a"])]);
        byte[] whole = File.ReadAllBytes(Input);
        Random random = new(9);
        for (int i = 0; i < 100; i++)
        {
            byte[] damaged = [.. whole];
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(Input, damaged);
            CliRun run = CliRun.Of("tokenize", "--model", Nano.Path, "--input", Input, "--output", Output);
            Assert.True(run.ExitCode == 0 || run.ExitCode == 1 && run.Error.StartsWith("albert: ", StringComparison.Ordinal), run.Error);
            Assert.True(run.ExitCode == 0 == File.Exists(Output));
            File.Delete(Output);
        }
    }

    private static (int, string, string) Of(params string[] arguments)
    {
        CliRun run = CliRun.Of(arguments);
        return (run.ExitCode, run.Output, run.Error);
    }
}
