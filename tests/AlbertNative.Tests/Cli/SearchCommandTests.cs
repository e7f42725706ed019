using System.Text.Json;
using AlbertNative.Testing;
using AlbertNative.Tests.Checkpoints;

namespace AlbertNative.Tests.Cli;

/// <summary><c>similar</c>, <c>search</c>, <c>index</c>, and <c>rerank</c> with vectors, all on the model that ships.</summary>
public sealed class SearchCommandTests : IDisposable
{
    private static readonly string[] Texts = ["A king of Israel.", "A machine that sews cloth.", "دو", "A needle with thread.", "The stock market fell."];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Texts_are_compared_from_columns_and_json()
    {
        CliRun two = CliRun.Of("similar", Texts[1], Texts[3]);
        Assert.Equal((0, ""), (two.ExitCode, two.Error));
        float similarity = two.Lines.Single().GetProperty("similarity").GetSingle();
        using TextEmbedder embedder = TextEmbedder.Load(ShippedModels.MiniLM);
        Assert.Equal(new TextSimilarity(embedder).Compare(Texts[1], Texts[3]), similarity);

        CliRun many = CliRun.Reading([string.Join('\t', Texts), $"{Texts[1]}\t{Texts[3]}"], "similar");
        Assert.Equal(Texts.Length, many.Lines[0].GetProperty("similarities").GetArrayLength());
        Assert.Equal(similarity, many.Lines[0].GetProperty("similarities")[1][3].GetSingle());
        Assert.Equal(similarity, many.Lines[1].GetProperty("similarity").GetSingle());
        CliRun json = CliRun.Reading([JsonSerializer.Serialize(new { id = 7, texts = new[] { Texts[1], Texts[3] } })], "similar", "--jsonl");
        Assert.Equal((7, similarity), (json.Lines.Single().GetProperty("id").GetInt32(), json.Lines.Single().GetProperty("similarity").GetSingle()));
        Assert.Contains("sews", CliRun.AtTerminal(["similar", .. Texts]).Output);
        Assert.Equal(2, CliRun.Of("similar", "alone").ExitCode);
    }

    [Fact]
    public void Lines_and_an_index_of_them_are_found_alike()
    {
        string lines = _folder.Write("lines.txt", string.Join('\n', Texts) + '\n'), index = Path.Combine(_folder.Path, "index.safetensors");
        CliRun indexed = CliRun.Of("index", "--input", lines, "--output", index);
        Assert.Equal((0, "", ""), (indexed.ExitCode, indexed.Output, indexed.Error));
        Assert.Equal(2, Directory.EnumerateFiles(_folder.Path).Count());

        string[] queries = ["how do I sew?", "who ruled?"];
        CliRun inLines = CliRun.Of(["search", .. queries, "--lines", lines, "--top-k", "2"]);
        CliRun inIndex = CliRun.Of(["search", .. queries, "--index", index, "--top-k", "2"]);
        Assert.Equal((0, ""), (inLines.ExitCode, inLines.Error));
        Assert.Equal(inLines, inIndex);
        Assert.Equal([2, 4], inLines.Lines[0].GetProperty("hits").EnumerateArray().Select(hit => hit.GetProperty("line").GetInt32()));
        Assert.Equal(1, inLines.Lines[1].GetProperty("hits")[0].GetProperty("line").GetInt32());
        Assert.Equal(Texts[1], inLines.Lines[0].GetProperty("hits")[0].GetProperty("text").GetString());
        Assert.Contains("sews", CliRun.AtTerminal("search", queries[0], "--index", index).Output);
        Assert.Equal(inLines.Output, CliRun.WatchedAtTerminal(["search", .. queries, "--lines", lines, "--top-k", "2"]).Output);
    }

    [Fact]
    public void Json_lines_are_indexed_and_bad_ones_left_out_where_that_is_asked_for()
    {
        string index = Path.Combine(_folder.Path, "index.safetensors");
        string[] lines = ["""{"id": 1, "text": "A king of Israel."}""", "{}", """{"text": "A machine that sews cloth."}"""];
        CliRun stopped = CliRun.Reading(lines, "index", "--jsonl", "--output", index);
        Assert.Equal(1, stopped.ExitCode);
        Assert.Contains("line 2", stopped.Error);
        Assert.Empty(Directory.EnumerateFiles(_folder.Path));
        Assert.Equal(3, CliRun.Reading(lines, "index", "--jsonl", "--on-error", "skip", "--output", index).ExitCode);
        using VectorIndex written = VectorIndex.Open(index);
        Assert.Equal(2, written.Count);
    }

    [Fact]
    public void What_cannot_be_searched_is_named()
    {
        string lines = _folder.Write("lines.txt", "fine\n" + string.Join(' ', Enumerable.Repeat("word", 300)) + "\nfine\n");
        string binary = _folder.Write("binary.txt", [(byte)'a', (byte)'\n', 0xFF, (byte)'\n']);
        AssertFails("lines.txt, line 2: the text has 302 tokens", "search", "x", "--lines", lines);
        Assert.Equal(0, CliRun.Of("search", "x", "--lines", lines, "--overlong", "truncate").ExitCode);
        AssertFails("binary.txt, line 2: not valid UTF-8", "search", "x", "--lines", binary);
        AssertFails("is a directory", "search", "x", "--lines", _folder.Path);
        AssertFails("none.txt", "search", "x", "--lines", Path.Combine(_folder.Path, "none.txt"));
        AssertFails("is no index", "search", "x", "--index", ShippedModels.MiniLM);
        AssertFails("no text to index", [], "index", "--output", Path.Combine(_folder.Path, "empty.safetensors"));
        Assert.Equal(2, CliRun.Of("search", "x").ExitCode);
        Assert.Equal(2, CliRun.Of("search", "x", "--lines", lines, "--index", lines).ExitCode);
        Assert.Equal(2, CliRun.Of("index", "x", "--output", "index.txt").ExitCode);

        // Queries before the one that is too long are answered.
        CliRun queries = CliRun.Reading(["fine", File.ReadLines(lines).ElementAt(1)], "search", "--lines", _folder.Write("short.txt", "fine\n"));
        Assert.Equal(1, queries.ExitCode);
        Assert.Single(queries.Lines);
        Assert.Contains("line 2", queries.Error);
    }

    [Fact]
    public void A_model_of_vectors_ranks_by_their_similarity_and_says_so()
    {
        CliRun run = CliRun.Of(["rerank", "how do I sew?", .. Texts]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        JsonElement result = run.Lines.Single();
        Assert.Equal("cosine", result.GetProperty("scored_by").GetString());
        Assert.Equal([1, 3], result.GetProperty("ranking").EnumerateArray().Take(2).Select(text => text.GetProperty("index").GetInt32()));
        AssertFails("--function is for cross-encoders", "rerank", "--function", "none", "a", "b");
        AssertFails("does not hold the weights of AlbertForSequenceClassification", "rerank", "--model", ShippedModels.Nano, "a", "b");
    }

    private static void AssertFails(string message, params string[] arguments) => AssertFails(message, (string[])[], arguments);

    private static void AssertFails(string message, string[] input, params string[] arguments)
    {
        CliRun run = CliRun.Reading(input, arguments);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains(message, run.Error);
    }
}
