using AlbertNative.Tests.Checkpoints;
using AlbertNative.Tests.Tasks;
using Apache.Arrow;
using Apache.Arrow.Ipc;

namespace AlbertNative.Tests.Cli.TableFiles;

/// <summary>Arrow streams that lie in files.</summary>
public sealed class ArrowStreamFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Input => Path.Combine(_folder.Path, "in.arrows");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("in.arrows", "out.arrows", true)]
    [InlineData("in.arrow", "out.arrow", false)] // as Hugging Face's datasets are stored: a stream by another name
    [InlineData("in.arrows", "out.feather", false)]
    public void A_stream_is_read_whatever_it_is_called_and_written_as_the_output_is_called(string input, string output, bool isStream)
    {
        string path = Path.Combine(_folder.Path, input);
        string written = Path.Combine(_folder.Path, output);
        File.WriteAllBytes(path, Stream([("the king", null), ("شاه", ["a"])], [], [("😀", null)]));
        CliRun run = CliRun.Of("embed", "--model", Nano.Path, "--input", path, "--output", written);
        Assert.Equal((0, "", ""), (run.ExitCode, run.Output, run.Error));
        (Schema schema, List<RecordBatch> batches) = isStream ? ReadStream(written) : TableFixtures.ReadArrow(written);
        Assert.Equal(["id", "text", "words", "embedding"], schema.FieldsList.Select(field => field.Name));
        Assert.Equal([0L, 1, 2], batches.SelectMany(batch => ((Int64Array)batch.Column("id")).Values.ToArray()));

        using TextEmbedder embedder = TextEmbedder.Load(Nano.Path);
        Assert.Equal(
            embedder.Embed(["the king", "شاه", "😀"]),
            batches.SelectMany(batch => Enumerable.Range(0, batch.Length).Select(i =>
                ((FloatArray)((ListArray)batch.Column("embedding")).GetSlicedValues(i)).Values.ToArray())));
    }

    [Fact]
    public void A_run_over_a_stream_goes_on_where_it_was_broken_off()
    {
        string parts = Path.Combine(_folder.Path, "parts");
        File.WriteAllBytes(Input, Stream([("one", null)], [("two", null)], [(null, null)]));
        string[] command = ["tokenize", "--model", Nano.Path, "--input", Input, "--output", parts];
        Assert.Contains("row 3", CliRun.Of(command).Error);
        DateTime before = new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(Path.Combine(parts, "part-00001.arrows"), before);
        Assert.Contains("row 3", CliRun.Of(command).Error);
        Assert.Equal(before, File.GetLastWriteTimeUtc(Path.Combine(parts, "part-00001.arrows")));
        Assert.Equal(2, Assert.Single(ReadStream(Path.Combine(parts, "part-00001.arrows")).Batches).Column("ids").Length + 1);
    }

    [Fact]
    public void Streams_that_are_cut_off_are_refused_wherever_they_end()
    {
        byte[] whole = Stream([("the king", null)], [("the queen", ["a"])]);
        string output = Path.Combine(_folder.Path, "out.arrows");
        for (int length = 0; length < whole.Length; length += length > whole.Length - 24 ? 1 : 1 + (whole.Length / 25))
        {
            File.WriteAllBytes(Input, whole[..length]);
            CliRun run = CliRun.Of("tokenize", "--model", Nano.Path, "--input", Input, "--output", output);
            Assert.True(run.ExitCode == 1 && run.Error.StartsWith("albert: ", StringComparison.Ordinal), $"{length} of {whole.Length} bytes: {run.ExitCode} {run.Error}");
        }
        Assert.Equal([Input], Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void Damaged_streams_end_in_a_message_or_in_as_many_rows()
    {
        byte[] whole = Stream([("the king", null)], [("the queen", ["a"])]);
        string output = Path.Combine(_folder.Path, "out.arrows");
        Random random = new(5);
        for (int i = 0; i < 60; i++)
        {
            byte[] damaged = [.. whole];
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(Input, damaged);
            CliRun run = CliRun.Of("tokenize", "--model", Nano.Path, "--input", Input, "--output", output);
            Assert.True(run.ExitCode == 0 || run.ExitCode == 1 && run.Error.StartsWith("albert: ", StringComparison.Ordinal), run.Error);
            Assert.True(run.ExitCode == 0 == File.Exists(output));
            File.Delete(output);
        }
    }

    // The stream that the same batches have beside an Arrow file.
    private byte[] Stream(params (string? Text, string[]? Words)[][] batches)
    {
        string file = Path.Combine(_folder.Path, "whole.arrow");
        TableFixtures.WriteArrow(file, batches);
        using MemoryStream stream = new();
        (Schema schema, List<RecordBatch> read) = TableFixtures.ReadArrow(file);
        File.Delete(file);
        using ArrowStreamWriter writer = new(stream, schema, leaveOpen: true);
        writer.WriteStart();
        foreach (RecordBatch batch in read)
            writer.WriteRecordBatch(batch);
        writer.WriteEnd();
        return stream.ToArray();
    }

    private static (Schema Schema, List<RecordBatch> Batches) ReadStream(string path)
    {
        using MemoryStream file = new(File.ReadAllBytes(path));
        using ArrowStreamReader reader = new(file);
        List<RecordBatch> batches = [];
        while (reader.ReadNextRecordBatch() is RecordBatch batch)
            batches.Add(batch);
        return (reader.Schema, batches);
    }
}
