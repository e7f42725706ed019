using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AlbertNative.Server.Models;
using AlbertNative.Serving;
using AlbertNative.Testing;
using AlbertNative.Tests.Checkpoints;
using Microsoft.Extensions.DependencyInjection;

namespace AlbertNative.Tests.Server;

/// <summary>What can be wrong with a request, in every dialect: its status, the shape of its body, and the name that clients look for.</summary>
public sealed class ErrorTableTests
{
    private const string Tei = "/embed", OpenAI = "/v1/embeddings", HuggingFace = "/models/nano/pipeline/feature-extraction", OpenInference = "/v2/models/nano/infer", Native = "/api/embed";

    private static readonly string[] Dialects = [Tei, OpenAI, HuggingFace, OpenInference, Native];

    [Fact]
    public async Task What_is_wrong_with_a_body_has_its_status_and_shape()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(("payload-limit", "20kB"), ("max-client-batch-size", "3"));
        foreach (string route in Dialects)
        {
            int invalid = route == Tei ? 422 : 400;
            await RequireAsync(server, route, "{", 400, "Validation", "malformed");
            await RequireAsync(server, route, "{\"inputs\":\"a\\ud800\",\"input\":\"a\\ud800\"}", 400, null, null);
            await RequireAsync(server, route, "{\"a\":1,\"a\":2}", 400, "Validation", "malformed");
            await RequireAsync(server, route, new string('[', 100), 400, "Validation", "malformed");
            await RequireAsync(server, route, "{}", invalid, "Validation", "wrong_type");
            await RequireAsync(server, route, BodyOf(route, "true"), invalid, "Validation", "wrong_type");
            await RequireAsync(server, route, BodyOf(route, ""), 400, "Empty", "empty");
            await RequireAsync(server, route, BodyOf(route, "\"\""), 400, "Empty", "empty");
            await RequireAsync(server, route, BodyOf(route, $"\"{string.Join(' ', Enumerable.Repeat("hill", 600))}\""), invalid, "Validation", "text_too_long", "context_length_exceeded");
            await RequireAsync(server, route, BodyOf(route, "\"a\",\"b\",\"c\",\"d\"", 4), invalid, "Validation", "too_much");
            await RequireAsync(server, route, BodyOf(route, $"\"{new string('a', 20_000)}\""), 413, "Validation", "body_too_large");
            Require(await server.PostTypedAsync(route, "text/plain", BodyOf(route, "\"a\"")), route, 415, "Validation", "content_type", null);
        }
    }

    [Theory]
    [InlineData("/predict", """{"inputs":"a"}""", 424)]
    [InlineData("/embed_sparse", """{"inputs":"a"}""", 424)]
    [InlineData("/v1/rerank", """{"query":"a","documents":["b"]}""", 400)]
    [InlineData("/models/nano/pipeline/token-classification", """{"inputs":"a"}""", 400)]
    [InlineData("/models/nano/pipeline/translation", """{"inputs":"a"}""", 400)]
    [InlineData("/v2/models/nano/infer", """{"inputs":[{"name":"text","shape":[1],"datatype":"BYTES","data":["a"]}],"parameters":{"task":"tag"}}""", 400)]
    [InlineData("/api/tag", """{"inputs":["a"]}""", 400)]
    public async Task A_task_that_the_model_cannot_do_is_refused(string path, string body, int status)
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync();

        Require(await server.PostAsync(path, body), path, status, "Backend", "no_such_task", null);
    }

    [Fact]
    public async Task Models_routes_and_methods_that_there_are_not_are_said()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync();
        foreach (string route in Dialects)
        {
            string none = route.Replace("nano", "nobody", StringComparison.Ordinal);
            string body = route is OpenAI or Native ? BodyOf(route, "\"a\"").Replace("{", "{\"model\":\"nobody\",", StringComparison.Ordinal) : BodyOf(route, "\"a\"");
            Require(await server.PostAsync(none, body, ("x-model", "nobody")), route, 404, "Validation", "no_such_model", "model_not_found");

            RawAnswer nowhere = await server.PostAsync(route + "/nowhere", BodyOf(route, "\"a\""));
            Require(nowhere, route, route == HuggingFace ? 400 : 404, null, null, null);

            RawAnswer method = await server.GetAsync(route);
            Require(method, route, 405, "Validation", "method", null);
            Assert.Contains("POST", method.Headers["allow"], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Keys_and_quotas_are_refused_in_the_words_of_the_dialect()
    {
        using TemporaryFolder folder = new();
        string keys = folder.Write("keys.json", $$"""
            [{"name": "used", "sha256": "{{Hash("used")}}", "requests_per_minute": 1}, {"name": "other", "sha256": "{{Hash("other")}}", "models": ["tagger"]}]
            """);
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(("api-keys", keys), ("model", $"nano={ShippedModels.Nano}"), ("model", $"tagger={ShippedModels.Tagger}"));
        Assert.Equal(200, (await server.PostAsync(Tei, BodyOf(Tei, "\"a\""), ("x-api-key", "used"))).Status);
        foreach (string route in Dialects)
        {
            string body = BodyOf(route, "\"a\"");
            RawAnswer unknown = await server.PostAsync(route, body, ("authorization", "Bearer nobody's"));
            Require(unknown, route, 401, "Unauthorized", "unauthorized", "invalid_api_key");
            Assert.Equal("Bearer", unknown.Headers["www-authenticate"]);
            Require(await server.PostAsync(route, body, ("x-api-key", "other")), route, 403, "Unauthorized", "forbidden", null);
            RawAnswer quota = await server.PostAsync(route, body, ("authorization", "Bearer used"));
            Require(quota, route, 429, "Overloaded", "quota", "rate_limit_exceeded");
            Assert.InRange(int.Parse(quota.Headers["retry-after"], System.Globalization.CultureInfo.InvariantCulture), 1, 60);
            Assert.Equal("true", quota.Headers["x-should-retry"]);
        }
    }

    [Fact]
    public async Task What_is_too_much_now_or_not_there_yet_says_when_to_come_again()
    {
        await using LoopbackServerApp full = await LoopbackServerApp.StartAsync(("max-buffered-bytes", "8"));
        await using LoopbackServerApp slow = await LoopbackServerApp.StartAsync();
        await using LoopbackServerApp loading = await LoopbackServerApp.StartAsync(("not-ready-delay", "0"));
        // As while it is being loaded, but for as long as the test takes.
        Assert.True(loading.App.Services.GetRequiredService<ServedModels>().Unload("nano"));
        loading.App.Services.GetRequiredService<ModelRegistry>().Require("nano");
        string many = string.Join(',', Enumerable.Range(0, 2000).Select(i => $"\"the king of hill {i} went up the hill and down again\""));
        foreach (string route in Dialects)
        {
            RawAnswer overload = await full.PostAsync(route, BodyOf(route, "\"a\""));
            Require(overload, route, 429, "Overloaded", "overloaded", "overloaded");
            Assert.Equal(("1", "true"), (overload.Headers["retry-after"], overload.Headers["x-should-retry"]));

            RawAnswer late = await slow.PostAsync(route, BodyOf(route, many, 2000), ("x-request-timeout-ms", "1"));
            Require(late, route, 504, "Overloaded", "deadline", null);
            Assert.Equal("false", late.Headers["x-should-retry"]);

            RawAnswer unready = await loading.PostAsync(route, BodyOf(route, "\"a\""));
            Require(unready, route, 503, "Unhealthy", "not_ready", null);
            Assert.True(unready.Headers.ContainsKey("retry-after"));
        }
    }

    private static async Task RequireAsync(
        LoopbackServerApp server, string route, string body, int status, string? teiType, string? nativeCode, string? openAICode = null) =>
        Require(await server.PostAsync(route, body), route, status, teiType, nativeCode, openAICode);

    private static void Require(RawAnswer answer, string route, int status, string? teiType, string? nativeCode, string? openAICode)
    {
        Assert.True(answer.Status == status, $"{route}: {answer.Status} instead of {status}: {answer.Text}");
        Assert.Equal("application/json", answer.Headers["content-type"]);
        Assert.Equal(answer.Body.Length.ToString(System.Globalization.CultureInfo.InvariantCulture), answer.Headers["content-length"]);
        Assert.True(answer.Headers.ContainsKey("x-request-id"));
        using JsonDocument json = JsonDocument.Parse(answer.Body);
        JsonElement error = json.RootElement.GetProperty("error");
        if (route.StartsWith("/v1", StringComparison.Ordinal))
        {
            Assert.True(error.GetProperty("message").GetString()!.Length > 0 && error.GetProperty("type").GetString()!.EndsWith("_error", StringComparison.Ordinal));
            Assert.True(error.GetProperty("code").ValueKind is JsonValueKind.String or JsonValueKind.Null);
            Assert.True(error.TryGetProperty("param", out _));
            if (openAICode is not null)
                Assert.Equal(openAICode, error.GetProperty("code").GetString());
        }
        else if (route.StartsWith("/api", StringComparison.Ordinal))
        {
            Assert.True(error.GetProperty("message").GetString()!.Length > 0);
            if (nativeCode is not null)
                Assert.Equal(nativeCode, error.GetProperty("code").GetString());
        }
        else
        {
            Assert.True(error.GetString()!.Length > 0);
            bool isTei = !route.StartsWith("/v2", StringComparison.Ordinal) && !route.StartsWith("/models", StringComparison.Ordinal);
            Assert.Equal(isTei, json.RootElement.TryGetProperty("error_type", out JsonElement type));
            if (isTei && teiType is not null)
                Assert.Equal(teiType, type.GetString());
        }
    }

    /// <summary>A body of a route with some texts.</summary>
    private static string BodyOf(string route, string texts, int count = 1) => route switch
    {
        OpenAI => $$"""{"input":[{{texts}}]}""",
        OpenInference => $$"""{"inputs":[{"name":"text","shape":[{{(texts.Length == 0 ? 0 : count)}}],"datatype":"BYTES","data":[{{texts}}]}]}""",
        _ => $$"""{"inputs":[{{texts}}]}""",
    };

    private static string Hash(string key) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
