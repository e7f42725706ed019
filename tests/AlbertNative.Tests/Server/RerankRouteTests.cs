using System.Text.Json;
using AlbertNative.Model;
using AlbertNative.Testing;
using AlbertNative.Tests.Checkpoints;
using AlbertNative.Tests.Tasks;

namespace AlbertNative.Tests.Server;

/// <summary>Ranking as Cohere's and Jina's clients ask for it.</summary>
public sealed class RerankRouteTests
{
    [Fact]
    public async Task Documents_come_back_best_first_with_the_scores_of_teis_route()
    {
        using TemporaryFolder folder = new();
        await using LoopbackServerApp server = await StartAsync(folder);

        JsonElement tei = await AnswerAsync(server, "/rerank", """{"query":"the king","texts":["of Judah","went up","his servants"],"return_text":true}""");

        foreach (string path in (string[])["/v1/rerank", "/v2/rerank", "/rerank"])
        {
            JsonElement answer = await AnswerAsync(server, path, """{"query":"the king","documents":["of Judah",{"text":"went up"},"his servants"],"return_documents":true}""");
            Assert.Equal("ranker", answer.GetProperty("model").GetString());
            Assert.Equal(
                tei.EnumerateArray().Select(rank => (rank.GetProperty("index").GetInt32(), rank.GetProperty("score").GetSingle(), rank.GetProperty("text").GetString())),
                answer.GetProperty("results").EnumerateArray().Select(result => (
                    result.GetProperty("index").GetInt32(), result.GetProperty("relevance_score").GetSingle(), result.GetProperty("document").GetProperty("text").GetString())));
            Assert.True(answer.GetProperty("usage").GetProperty("total_tokens").GetInt32() > 9);
            Assert.NotEmpty(answer.GetProperty("id").GetString()!);
        }
    }

    [Fact]
    public async Task Only_so_many_come_back_as_are_asked_for_and_of_equal_ones_the_earlier()
    {
        using TemporaryFolder folder = new();
        await using LoopbackServerApp server = await StartAsync(folder);

        JsonElement answer = await AnswerAsync(server, "/v1/rerank", """{"model":"ranker","query":"the king","documents":["a","a","a"],"top_n":2}""");

        Assert.Equal([0, 1], answer.GetProperty("results").EnumerateArray().Select(result => result.GetProperty("index").GetInt32()));
        Assert.False(answer.GetProperty("results")[0].TryGetProperty("document", out _));
    }

    [Fact]
    public async Task Of_a_pair_that_is_too_long_the_document_is_cut_and_the_query_is_not()
    {
        using TemporaryFolder folder = new();
        await using LoopbackServerApp server = await StartAsync(folder);
        string query = Nano.Text(40, seed: 1), longer = Nano.Text(60, seed: 2), longest = longer + " " + Nano.Text(200, seed: 3);

        JsonElement answer = await AnswerAsync(server, "/v1/rerank", $$"""{"query":"{{query}}","documents":["{{longer}}","{{longest}}"],"truncate":true}""");
        RawAnswer refused = await server.PostAsync("/v1/rerank", $$"""{"query":"{{query}}","documents":["{{longest}}"]}""");
        RawAnswer noRoom = await server.PostAsync("/v1/rerank", $$"""{"query":"{{longest}}","documents":["a"],"truncate":true}""");

        // What is beyond the cut changes nothing.
        Assert.Single(answer.GetProperty("results").EnumerateArray().Select(result => result.GetProperty("relevance_score").GetSingle()).Distinct());
        Assert.Equal((400, 400), (refused.Status, noRoom.Status));
        Assert.Contains("context_length_exceeded", refused.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_wrong_is_said_as_openais_clients_read_it()
    {
        using TemporaryFolder folder = new();
        await using LoopbackServerApp server = await StartAsync(folder);
        foreach ((string body, string expected) in new[]
        {
            ("""{"documents":["a"]}""", "`query` is missing"),
            ("""{"query":"a","documents":[]}""", "`documents` cannot be empty"),
            ("""{"query":"a","documents":[{"title":"a"}]}""", "`documents[0].text` is missing"),
            ("""{"query":"a","documents":["a"],"top_n":0}""", "`top_n` must be at least 1"),
            ("""{"query":"a","documents":["a"],"model":"nobody"}""", "no model of this name"),
        })
        {
            RawAnswer answer = await server.PostAsync("/v1/rerank", body);
            using JsonDocument json = JsonDocument.Parse(answer.Body);
            Assert.Contains(expected, json.RootElement.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        }
    }

    private static Task<LoopbackServerApp> StartAsync(TemporaryFolder folder)
    {
        Nano.SaveTiny(folder.Path, Nano.Tiny(labels: 1), ModelArchitecture.SequenceClassification);
        return LoopbackServerApp.StartAsync(("model", $"ranker={folder.Path}"));
    }

    private static async Task<JsonElement> AnswerAsync(LoopbackServerApp server, string path, string body)
    {
        RawAnswer answer = await server.PostAsync(path, body);
        Assert.True(answer.Status == 200, answer.Text);
        using JsonDocument json = JsonDocument.Parse(answer.Body);
        return json.RootElement.Clone();
    }
}
