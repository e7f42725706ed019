using System.Security.Cryptography;
using System.Text;
using AlbertNative.Serving;
using AlbertNative.Testing;

namespace AlbertNative.Tests.Server;

public sealed class ApiKeyTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task A_key_opens_the_models_that_it_names()
    {
        File.WriteAllText(_file, $$"""
            [{"name": "all", "sha256": "{{Hash("one")}}"}, {"name": "few", "sha256": "{{Hash("two")}}", "models": ["tagger"]}]
            """);
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(
            ("api-keys", _file), ("model", $"nano={ShippedModels.Nano}"), ("model", $"tagger={ShippedModels.Tagger}"));
        const string request = """{"input":"a","model":"nano"}""";

        Assert.Equal(401, (await server.PostAsync("/v1/embeddings", request)).Status);
        Assert.Equal("Bearer", (await server.PostAsync("/v1/embeddings", request)).Headers["www-authenticate"]);
        Assert.Equal(401, (await server.PostAsync("/v1/embeddings", request, ("authorization", "Bearer three"))).Status);
        Assert.Equal(200, (await server.PostAsync("/v1/embeddings", request, ("authorization", "Bearer one"))).Status);
        Assert.Equal(200, (await server.PostAsync("/v1/embeddings", request, ("x-api-key", "one"))).Status);
        Assert.Equal(403, (await server.PostAsync("/v1/embeddings", request, ("authorization", "Bearer two"))).Status);
        Assert.Equal(200, (await server.PostAsync("/v1/embeddings", request.Replace("nano", "tagger", StringComparison.Ordinal), ("authorization", "Bearer two"))).Status);
        Assert.Equal(401, (await server.GetAsync("/info")).Status);
        Assert.Equal(401, (await server.GetAsync("/metrics")).Status);
        Assert.Equal(401, (await server.GetAsync("/v1/models")).Status);
        Assert.Equal(200, (await server.GetAsync("/health")).Status);
        Assert.Equal(404, (await server.GetAsync("/nowhere")).Status);
    }

    [Theory]
    [InlineData("/embed")]
    [InlineData("/v1/embeddings")]
    [InlineData("/api/embed")]
    [InlineData("/models/nano")]
    [InlineData("/pipeline/feature-extraction/nano")]
    public async Task A_quota_that_is_used_up_is_refused_before_the_body_is_looked_at(string path)
    {
        await using LoopbackServerApp server = await StartLimitedAsync("\"requests_per_minute\": 1");
        const string request = "{\"inputs\":\"a\"}";

        Assert.Equal(200, (await server.PostAsync("/embed", request, Key)).Status);
        RawAnswer refused = await server.PostAsync(path, "{", Key);

        Assert.Equal((429, "true"), (refused.Status, refused.Headers["x-should-retry"]));
        Assert.True(int.Parse(refused.Headers["retry-after"], System.Globalization.CultureInfo.InvariantCulture) > 1);
    }

    [Theory]
    [InlineData("{}", "expected an array")]
    [InlineData("[", "not JSON")]
    [InlineData("[{}]", "sha256 is missing")]
    [InlineData("""[{"name": "a", "sha256": "00"}]""", "64 hexadecimal digits")]
    [InlineData("""[{"name": "a", "key": "secret"}]""", "key makes no sense")]
    public void A_file_that_is_malformed_is_refused_with_its_place(string json, string expected)
    {
        File.WriteAllText(_file, json);

        FormatException e = Assert.Throws<FormatException>(() => ApiKeyFile.Read(_file));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        Assert.Contains(_file, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/tokenize", "{\"inputs\":\"the king of Judah\"}")]
    [InlineData("/decode", "{\"ids\":[5,6,7,8,9,10]}")]
    [InlineData("/api/tokenize", "{\"inputs\":[\"the king of Judah\"]}")]
    [InlineData("/api/decode", "{\"inputs\":[{\"ids\":[5,6,7,8,9,10]}]}")]
    public async Task What_no_model_computes_counts_against_a_quota_too(string path, string request)
    {
        await using LoopbackServerApp server = await StartLimitedAsync("\"tokens_per_minute\": 10");

        Assert.Equal(200, (await server.PostAsync(path, request, Key)).Status);
        List<int> statuses = [];
        for (int i = 0; i < 3; i++)
            statuses.Add((await server.PostAsync(path, request, Key)).Status);

        Assert.Contains(429, statuses);
    }

    private static (string, string) Key => ("x-api-key", "one");

    private Task<LoopbackServerApp> StartLimitedAsync(string quota)
    {
        File.WriteAllText(_file, $$"""[{"name": "limited", "sha256": "{{Hash("one")}}", {{quota}}}]""");
        return LoopbackServerApp.StartAsync(("api-keys", _file));
    }

    private static string Hash(string key) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
