using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using AlbertNative.Model;
using AlbertNative.Testing;
using AlbertNative.Tests.Checkpoints;
using AlbertNative.Tests.Tasks;

namespace AlbertNative.Tests.Cli;

public sealed class TaskCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Embeddings_round_trip()
    {
        string[] texts = ["the king", "شاه رفت", "", "of Judah"];
        using TextEmbedder embedder = TextEmbedder.Load(Nano.Path);
        CliRun run = CliRun.Reading(texts, "embed", "--model", Nano.Path);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(embedder.Embed(texts), run.Lines.Select(line => Floats(line.GetProperty("embedding"))));
    }

    [Fact]
    public void Embeddings_go_to_a_numpy_file()
    {
        string path = Path.Combine(_folder.Path, "vectors.npy");
        string[] texts = ["the king", "of Judah", "went up"];
        CliRun run = CliRun.Reading(texts, "embed", "--model", Nano.Path, "--output", path, "--normalize");
        Assert.Equal((0, "", ""), (run.ExitCode, run.Output, run.Error));

        byte[] file = File.ReadAllBytes(path);
        Assert.Equal([0x93, .. "NUMPY"u8, 1, 0], file[..8]);
        int header = 10 + BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(8));
        Assert.Equal(0, header % 64);
        string description = Encoding.ASCII.GetString(file[10..header]);
        Assert.StartsWith("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 192), }", description);
        Assert.EndsWith("\n", description);
        Assert.Equal(header + (3 * 192 * 4), file.Length);

        using TextEmbedder embedder = TextEmbedder.Load(Nano.Path, new() { Normalize = true });
        float[] second = embedder.Embed(texts[1]);
        Assert.All(second, (value, i) => Assert.Equal(value, BinaryPrimitives.ReadSingleLittleEndian(file.AsSpan(header + ((192 + i) * 4)))));
        Assert.Single(Directory.EnumerateFiles(_folder.Path));
    }

    [Fact]
    public void A_run_that_fails_leaves_no_file_and_the_old_one_alone()
    {
        string path = Path.Combine(_folder.Path, "vectors.npy");
        File.WriteAllText(path, "old");
        CliRun run = CliRun.Reading(["fine", Nano.Text(300)], "embed", "--model", Nano.Path, "--output", path);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("line 2", run.Error);
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Single(Directory.EnumerateFiles(_folder.Path));
    }

    [Fact]
    public void Ctrl_C_stops_and_leaves_no_file()
    {
        using CancellationTokenSource cancellationToken = new();
        string path = Path.Combine(_folder.Path, "vectors.npy");
        using EndlessLines input = new(() => cancellationToken.Cancel());
        CliRun run = CliRun.Run(input, ["embed", "--model", Nano.Path, "--output", path], isTerminal: false, cancellationToken.Token);
        Assert.Equal(130, run.ExitCode);
        Assert.Empty(Directory.EnumerateFiles(_folder.Path));
    }

    [Fact]
    public void Tokens_and_words_have_vectors()
    {
        CliRun tokens = CliRun.Of("embed", "--model", Nano.Path, "--tokens", "the king");
        Assert.Equal(4, tokens.Lines[0].GetProperty("embeddings").GetArrayLength());
        Assert.Equal(192, tokens.Lines[0].GetProperty("embeddings")[0].GetArrayLength());

        CliRun words = CliRun.Reading(["""{"words": ["the", "", "unquestionableness"]}"""], "embed", "--model", Nano.Path, "--words", "--jsonl");
        Assert.Equal(JsonValueKind.Null, words.Lines[0].GetProperty("embeddings")[1].ValueKind);
        Assert.Equal(3, words.Lines[0].GetProperty("embeddings").GetArrayLength());
    }

    [Fact]
    public void Masks_are_filled()
    {
        CliRun run = CliRun.Of("fill-mask", "--model", Nano.Path, "-k", "2", "The king of [MASK] went up to Jerusalem.");
        JsonElement best = run.Lines[0].GetProperty("masks")[0][0];
        Assert.Equal("israel", best.GetProperty("token_str").GetString());
        Assert.Equal(2, run.Lines[0].GetProperty("masks")[0].GetArrayLength());

        CliRun targets = CliRun.Of("fill-mask", "--model", Nano.Path, "--targets", "judah,unquestionableness", "king of [MASK]");
        Assert.Equal(2, targets.Lines[0].GetProperty("masks")[0].GetArrayLength());
        Assert.Contains("is no single token", targets.Error);
    }

    [Fact]
    public void Sentences_are_ordered_from_columns_and_json()
    {
        CliRun arguments = CliRun.Of("order", "--model", Nano.Path, "the king", "went up");
        CliRun columns = CliRun.Reading(["the king\twent up"], "order", "--model", Nano.Path);
        CliRun json = CliRun.Reading(["""{"second": "went up", "first": "the king"}"""], "order", "--model", Nano.Path, "--jsonl");
        Assert.Equal(arguments.Output, columns.Output);
        Assert.Equal(arguments.Output, json.Output);
        Assert.Equal(2, arguments.Lines[0].GetProperty("probabilities").GetArrayLength());

        CliRun bad = CliRun.Reading(["one column"], "order", "--model", Nano.Path);
        Assert.Contains("expected a sentence, a tab and a sentence, found 1 column(s)", bad.Error);
    }

    [Fact]
    public void Words_and_texts_are_tagged()
    {
        string model = ShippedModels.Tagger;
        CliRun words = CliRun.Reading(["انسان از دیگران تقلید می‌کند"], "tag", "--model", model, "--words");
        Assert.Equal("""["NOUN","ADP","NOUN","NOUN","VERB"]""", words.Lines[0].GetProperty("labels").GetRawText());

        CliRun text = CliRun.Of("tag", "--model", model, "--aggregation", "first", "انسان از دیگران");
        Assert.Equal("NOUN", text.Lines[0].GetProperty("entities")[0].GetProperty("entity_group").GetString());
        CliRun tokens = CliRun.Of("tag", "--model", model, "انسان از دیگران");
        Assert.Equal(1, tokens.Lines[0].GetProperty("entities")[0].GetProperty("index").GetInt32());
    }

    [Fact]
    public void Info_tells_what_a_model_is()
    {
        JsonElement report = CliRun.Of("info", Nano.Path).Lines[0];
        Assert.Equal("AlbertForPreTraining", report.GetProperty("architecture").GetString());
        Assert.Equal(1_295_714, report.GetProperty("parameters").GetInt64());
        Assert.Equal(192, report.GetProperty("config").GetProperty("hidden_size").GetInt32());
        Assert.Equal("slow", report.GetProperty("tokenizer").GetProperty("semantics").GetString());
        Assert.Equal("""["pooler","masked language model","sentence order"]""", report.GetProperty("heads").GetRawText());

        CliRun table = CliRun.AtTerminal("info", Nano.Path);
        Assert.Contains("1,295,714", table.Output);
        Assert.Contains("transformers 5", table.Output);
        string differences = report.GetProperty("tokenizer").GetProperty("transformers_5_differences").GetRawText();
        Assert.Contains("user-defined pieces cut the text", differences);
        Assert.Contains("given no token types", differences);
        // What was exported for it is read the same.
        Assert.Equal(0, CliRun.Of("info", Nano.Folder).Lines[0].GetProperty("tokenizer").GetProperty("transformers_5_differences").GetArrayLength());
    }

    [Fact]
    public void Texts_are_ranked_from_columns_and_json()
    {
        Nano.SaveTiny(_folder.Path, Nano.Tiny(labels: 1), ModelArchitecture.SequenceClassification);
        using Reranker reranker = Reranker.Load(_folder.Path);
        string expected = string.Join(',', reranker.Rerank("the king", ["went up", "of Judah", "شاه"]).Select(text => text.Index));

        CliRun arguments = CliRun.Of("rerank", "--model", _folder.Path, "the king", "went up", "of Judah", "شاه");
        CliRun columns = CliRun.Reading(["the king\twent up\tof Judah\tشاه"], "rerank", "--model", _folder.Path);
        CliRun json = CliRun.Reading(["""{"texts": ["went up", "of Judah", "شاه"], "query": "the king"}"""], "rerank", "--model", _folder.Path, "--jsonl");
        Assert.All([arguments, columns, json], run =>
        {
            Assert.Equal((0, ""), (run.ExitCode, run.Error));
            JsonElement[] ranking = [.. run.Lines.Single().GetProperty("ranking").EnumerateArray()];
            Assert.Equal(expected, string.Join(',', ranking.Select(text => text.GetProperty("index").GetInt32())));
            Assert.All(ranking, text => Assert.Equal(
                reranker.Score("the king", text.GetProperty("text").GetString()!), text.GetProperty("score").GetSingle()));
        });

        CliRun best = CliRun.Of("rerank", "--model", _folder.Path, "--top-k", "1", "--function", "none", "the king", "went up", "of Judah", "شاه");
        JsonElement only = best.Lines.Single().GetProperty("ranking").EnumerateArray().Single();
        Assert.Equal(expected[..1], $"{only.GetProperty("index").GetInt32()}");
        CliRun terminal = CliRun.AtTerminal("rerank", "--model", _folder.Path, "the king", "went up");
        Assert.Equal((0, ""), (terminal.ExitCode, terminal.Error));
        Assert.Contains("went up", terminal.Output);
        CliRun bad = CliRun.Reading(["one column"], "rerank", "--model", _folder.Path);
        Assert.Equal(1, bad.ExitCode);
        Assert.Contains("line 1: expected a query and its texts", bad.Error);
    }

    [Theory]
    [InlineData("embed", "the king")]
    [InlineData("embed", "--tokens", "the king")]
    [InlineData("fill-mask", "a [MASK]")]
    [InlineData("order", "the king", "went up")]
    public void A_terminal_gets_tables(params string[] arguments)
    {
        CliRun run = CliRun.AtTerminal([arguments[0], "--model", Nano.Path, .. arguments[1..]]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("─", run.Output);
    }

    private static float[] Floats(JsonElement list) => [.. list.EnumerateArray().Select(item => item.GetSingle())];

    /// <summary>The same line again and again; calls back once after a while.</summary>
    private sealed class EndlessLines(Action afterAWhile) : MemoryStream
    {
        private int _reads;

        public override int Read(byte[] buffer, int offset, int count)
        {
            if (++_reads == 3)
                afterAWhile();
            "the king\n"u8.CopyTo(buffer.AsSpan(offset));
            return "the king\n"u8.Length;
        }
    }
}
