using System.Text.Json;
using AlbertNative.Model;
using AlbertNative.Tests.Checkpoints;
using AlbertNative.Tests.Tasks;

namespace AlbertNative.Tests.Cli;

public sealed class BenchCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _config;

    public BenchCommandTests()
    {
        ModelConfig tiny = new()
        {
            VocabularySize = 50,
            EmbeddingSize = 16,
            HiddenSize = 32,
            LayerCount = 2,
            HeadCount = 4,
            IntermediateSize = 64,
            MaxPositionCount = 40,
        };
        _config = Path.Combine(_folder.Path, "config.json");
        File.WriteAllBytes(_config, tiny.ToJson());
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Lines_begin_with_the_fields_of_the_peers_script()
    {
        CliRun run = CliRun.Of("bench", "--config", _config, "--shapes", "1x8,2x9", "--runs", "2", "--threads", "2");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("below 50", run.Error);
        Assert.Equal(2, run.Lines.Length);
        JsonElement line = run.Lines[1];
        Assert.Equal(
            ["peer", "threads", "batch", "length", "min_ms", "median_ms", "runs"],
            line.EnumerateObject().Select(field => field.Name).Take(7));
        Assert.Equal("albertnative fp32", line.GetProperty("peer").GetString());
        Assert.Equal((2, 2), (Number(line, "threads"), Number(line, "runs")));
        Assert.Equal((2, 9, 18), (Number(line, "batch"), Number(line, "length"), Number(line, "tokens")));
        Assert.Equal(line.GetProperty("gflops").GetDouble() / line.GetProperty("peak_gflops").GetDouble(), line.GetProperty("peak_share").GetDouble(), 2);
    }

    [Fact]
    public void Checksums_do_not_depend_on_threads()
    {
        Assert.NotEqual(0, Checksum("1"));
        Assert.Equal(Checksum("1"), Checksum("3"));

        double Checksum(string threads)
        {
            CliRun run = CliRun.Of("bench", "--config", _config, "--shapes", "3x20", "--runs", "1", "--threads", threads);
            return run.Lines[0].GetProperty("checksum").GetDouble();
        }
    }

    [Theory]
    [InlineData("all")]
    [InlineData("cls")]
    [InlineData("mask")]
    public void Heads_and_precisions_are_named(string head)
    {
        string[] shape = ["--lengths", "3..30", "--texts", "5", "--runs", "1"];
        JsonElement line = CliRun.Of(["bench", "--config", _config, .. shape, "--heads", head, "--int8"]).Lines[0];
        Assert.Equal("albertnative int8", line.GetProperty("peer").GetString());
        Assert.Equal(head, line.GetProperty("heads").GetString());
        Assert.Equal((5, 3, 30), (Number(line, "batch"), Number(line, "shortest"), Number(line, "length")));
    }

    [Fact]
    public void Callers_share_one_model_and_get_what_one_gets()
    {
        string[] shape = ["bench", "--config", _config, "--shapes", "2x9", "--runs", "3", "--threads", "2"];
        JsonElement one = CliRun.Of(shape).Lines[0], eight = CliRun.Of([.. shape, "--callers", "8"]).Lines[0];
        Assert.Equal(8, Number(eight, "callers"));
        Assert.True(eight.GetProperty("slowest_to_fastest").GetDouble() >= 1);
        Assert.Equal(one.GetProperty("checksum").GetDouble(), eight.GetProperty("checksum").GetDouble());
        Assert.False(one.TryGetProperty("callers", out _));
    }

    [Fact]
    public void A_terminal_gets_a_table()
    {
        CliRun run = CliRun.AtTerminal("bench", "--config", _config, "--shapes", "1x8", "--runs", "1");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("GFLOP/s", run.Output);
        Assert.Contains("1x8", run.Output);
    }

    [Fact]
    public void The_tokenizer_is_timed_on_a_files_lines()
    {
        string text = Path.Combine(_folder.Path, "text.txt");
        File.WriteAllText(text, "the king\nof Judah went up\n\n");
        string model = Path.Combine(Nano.Folder, "spiece.model");
        JsonElement line = CliRun.Of("bench", "tokenizer", text, "--raw", "--tokenizer", model, "--runs", "1").Lines[0];
        Assert.Equal((3, 24), (Number(line, "lines"), Number(line, "bytes")));
        Assert.InRange(Number(line, "tokens"), 6, 24);

        File.WriteAllText(text, "");
        CliRun empty = CliRun.Of("bench", "tokenizer", text, "--raw", "--tokenizer", model);
        Assert.Equal(1, empty.ExitCode);
        Assert.Contains("no line", empty.Error);
    }

    [Theory]
    [InlineData(2, "--shapes", "8")]
    [InlineData(2, "--lengths", "9..8")]
    [InlineData(2, "--texts", "3")]
    [InlineData(2, "--threads", "0")]
    [InlineData(2, "--heads", "none")]
    [InlineData(2, "--model", "a", "--config", "b")]
    [InlineData(1, "--config", "no-such-configuration")]
    [InlineData(1, "--config", "base-v2", "--shapes", "1x513")]
    public void What_cannot_be_measured_is_refused(int exitCode, params string[] arguments)
    {
        CliRun run = CliRun.Of(["bench", .. arguments]);
        Assert.Equal((exitCode, ""), (run.ExitCode, run.Output));
        Assert.StartsWith("albert: ", run.Error);
    }

    private static int Number(JsonElement line, string name) => line.GetProperty(name).GetInt32();
}
