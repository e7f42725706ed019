using System.Text;
using AlbertNative.Testing;

namespace AlbertNative.Tests.Server;

/// <summary>What a cache may be noticed by: its header alone.</summary>
public sealed class CacheTests
{
    private const string Ask = "{\"inputs\":[\"the king of Judah\",\"شاه\"]}";

    [Fact]
    public async Task What_was_kept_has_the_same_bytes_as_what_was_computed_and_an_answer_says_so()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(("cache", "1MiB"));
        using OwnFigures figures = new(server);

        RawAnswer first = await server.PostAsync("/embed", Ask), again = await server.PostAsync("/embed", Ask);
        RawAnswer partly = await server.PostAsync("/embed", "{\"inputs\":[\"the king of Judah\",\"another text\"]}");
        RawAnswer bypassed = await server.PostAsync("/embed", Ask, ("cache-control", "no-store"));
        RawAnswer unwanted = await server.PostAsync("/embed", Ask, ("x-use-cache", "false"));
        RawAnswer huggingFace = await server.PostAsync("/models/nano/pipeline/feature-extraction", "{\"inputs\":[\"شاه\"],\"options\":{\"use_cache\":false}}");

        Assert.Equal("hits=0, misses=2", first.Headers["x-cache"]);
        Assert.Equal("hits=2, misses=0", again.Headers["x-cache"]);
        Assert.Equal("hits=1, misses=1", partly.Headers["x-cache"]);
        Assert.All([bypassed, unwanted, huggingFace], answer => Assert.False(answer.Headers.ContainsKey("x-cache"), answer.Text));
        Assert.All([again, bypassed, unwanted], answer => Assert.Equal(first.Text, answer.Text));
        Assert.Equal((3, 3), (figures["albertnative.cache.hits"], figures["albertnative.cache.misses"]));
    }

    [Fact]
    public async Task Whatever_decides_a_result_is_told_apart()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(
            ("model", $"nano={ShippedModels.Nano}"), ("model", $"cls={ShippedModels.Nano},pooling=cls"), ("model", $"tagger={ShippedModels.Tagger}"), ("cache", "1MiB"));
        string[] requests =
        [
            "{\"inputs\":\"the king\"}", "{\"inputs\":\"the king\",\"normalize\":false}", "{\"inputs\":\"the king\",\"dimensions\":4}",
            "{\"inputs\":\"the king\",\"dimensions\":5}", "{\"inputs\":\"the queen\"}",
        ];
        HashSet<string> seen = [];
        foreach (string model in (string[])["nano", "cls", "tagger"])
        {
            foreach (string request in requests)
            {
                RawAnswer answer = await server.PostAsync("/embed", request, ("x-model", model));
                Assert.Equal("hits=0, misses=1", answer.Headers["x-cache"]);
                Assert.True(seen.Add(answer.Text), $"{model} {request}");
            }
        }
    }

    [Fact]
    public async Task Words_of_a_text_are_never_kept()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(("model", $"tagger={ShippedModels.Tagger}"), ("cache", "1MiB"));
        const string request = "{\"inputs\":[\"شاه به تهران رفت\"]}";

        RawAnswer first = await server.PostAsync("/api/tag", request), again = await server.PostAsync("/api/tag", request);

        Assert.Equal((200, 200), (first.Status, again.Status));
        Assert.Equal("hits=0, misses=1", again.Headers["x-cache"]);
    }

    [Fact]
    public async Task A_client_does_not_learn_what_another_has_asked_unless_the_operator_lets_it()
    {
        string keys = Path.GetTempFileName();
        try
        {
            File.WriteAllText(keys, $$"""[{"name": "one", "sha256": "{{Hash("one")}}"}, {"name": "two", "sha256": "{{Hash("two")}}", "weight": 2}]""");
            await using LoopbackServerApp apart = await LoopbackServerApp.StartAsync(("api-keys", keys), ("cache", "1MiB"));
            await using LoopbackServerApp together = await LoopbackServerApp.StartAsync(("api-keys", keys), ("cache", "1MiB"), ("cache-shared", "true"));
            foreach ((LoopbackServerApp server, string expected) in new[] { (apart, "hits=0, misses=2"), (together, "hits=2, misses=0") })
            {
                Assert.Equal("hits=0, misses=2", (await server.PostAsync("/embed", Ask, ("x-api-key", "one"))).Headers["x-cache"]);
                Assert.Equal(expected, (await server.PostAsync("/embed", Ask, ("x-api-key", "two"))).Headers["x-cache"]);
            }
        }
        finally
        {
            File.Delete(keys);
        }
    }

    [Fact]
    public async Task A_request_that_needs_no_computing_counts_as_a_request()
    {
        string keys = Path.GetTempFileName();
        try
        {
            File.WriteAllText(keys, $$"""[{"name": "one", "sha256": "{{Hash("one")}}", "requests_per_minute": 3, "tokens_per_minute": 10000}]""");
            await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(("api-keys", keys), ("cache", "1MiB"));
            List<RawAnswer> answers = [];
            for (int i = 0; i < 4; i++)
                answers.Add(await server.PostAsync("/embed", Ask, ("x-api-key", "one")));

            Assert.Equal([200, 200, 200, 429], answers.Select(answer => answer.Status));
        }
        finally
        {
            File.Delete(keys);
        }
    }

    private static string Hash(string key) => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
