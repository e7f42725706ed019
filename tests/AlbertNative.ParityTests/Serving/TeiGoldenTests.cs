using System.Net;
using System.Text.Json;
using AlbertNative.Server.Configuration;
using AlbertNative.Server.Hosting;
using AlbertNative.Server.Models;
using AlbertNative.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace AlbertNative.ParityTests.Serving;

/// <summary>What a real text-embeddings-inference answered, asked of this server over loopback, byte for byte the same requests.</summary>
public sealed class TeiGoldenTests
{
    /// <summary>Largest difference of a number of the tiny models.</summary>
    private const double Tolerance = 3e-6;

    /// <summary>Its cosine is approximate.</summary>
    private const double SimilarityTolerance = 1e-4;

    /// <summary>MiniLM's weights lie in float16 there, were float32 in the recordings.</summary>
    private const double HalfPrecisionTolerance = 2e-3;

    private static readonly string[] ComparedHeaders =
        ["content-type", "allow", "location", "vary", "access-control-allow-origin", "access-control-allow-methods", "x-compute-tokens", "x-compute-characters"];

    public static TheoryData<string> Servers => [.. TeiExchange.ReadAll().Keys];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Servers))]
    public async Task Answers_are_those_of_the_recordings(string server)
    {
        (TeiServer recorded, List<TeiExchange> exchanges) = TeiExchange.ReadAll()[server];
        await using WebApplication app = AlbertServer.Build(OptionsOf(recorded));
        await app.StartAsync(TestContext.Current.CancellationToken);
        await app.Services.GetRequiredService<ServedModels>().Loaded.WaitAsync(TestContext.Current.CancellationToken);
        IPEndPoint address = AddressOf(app);

        List<string> wrong = [];
        foreach (TeiExchange exchange in exchanges)
        {
            RawAnswer answer = await RawHttp.SendAsync(
                address, exchange.Method, exchange.Path, exchange.Headers, exchange.Body, TestContext.Current.CancellationToken);
            wrong.AddRange(Compare(exchange, answer).Select(what => $"{exchange.Id}: {what}"));
        }
        Assert.True(wrong.Count == 0, $"{wrong.Count} differences\n{string.Join('\n', wrong)}");
    }

    [Fact]
    public void All_recordings_are_asked_and_no_line_of_the_table_of_differences_is_idle()
    {
        _ = SharedFolder.Require("goldens", "serving");
        TeiExchange[] exchanges = [.. TeiExchange.ReadAll().Values.SelectMany(server => server.Exchanges)];

        Assert.Equal((13, 367), (TeiExchange.ReadAll().Count, exchanges.Length));
        Assert.Empty(TeiDifferences.Unused(exchanges));
    }

    private static ServerOptions OptionsOf(TeiServer server)
    {
        OptionsReader reader = new();
        string model = server.Model.StartsWith("minilm", StringComparison.Ordinal)
            ? SharedFolder.Require("models", "all-MiniLM-L6-v2")
            : SharedFolder.Require("goldens", "serving", "models", server.Model);
        string spec = $"{server.Arguments.GetValueOrDefault("--served-model-name", server.Model)}={model}";
        if (server.Arguments.TryGetValue("--pooling", out string? pooling))
            spec += $",pooling={pooling}";
        if (server.Arguments.TryGetValue("--default-prompt-name", out string? prompt))
            spec += $",prompt={prompt}";
        // The settings under which the two are alike; which they are by default stands in the documentation.
        Dictionary<string, string> settings = new()
        {
            ["model"] = spec,
            ["http"] = "127.0.0.1:0",
            ["payload-limit"] = server.Arguments.GetValueOrDefault("--payload-limit", "2000000"),
            ["max-client-batch-size"] = server.Arguments.GetValueOrDefault("--max-client-batch-size", "32"),
            ["auto-truncate"] = server.Arguments.GetValueOrDefault("--auto-truncate", "true"),
            ["cors-origins"] = server.Arguments.GetValueOrDefault("--cors-allow-origin", "*"),
            ["public"] = "metrics,docs",
            ["openai-any-model"] = "true",
            ["openai-token-inputs"] = "true",
            ["log-level"] = "warning",
            ["root-task"] = server.Environment.GetValueOrDefault("TASK", "model"),
        };
        if (server.Arguments.TryGetValue("--api-key", out string? key))
            settings["api-key"] = key;
        foreach ((string name, string value) in settings)
            reader.SetFromCommandLine(Settings.Find(name)!, [value]);
        return reader.Build();
    }

    private static IEnumerable<string> Compare(TeiExchange exchange, RawAnswer answer)
    {
        TeiDifference? difference = TeiDifferences.Of(exchange);
        int? status = difference?.Status ?? exchange.Status;
        if (answer.Status != status)
        {
            yield return $"status {answer.Status} instead of {status}: {answer.Text}";
            yield break;
        }
        if (difference?.Status is not null)
            yield break;
        foreach (string header in ComparedHeaders.Where(header => difference is null || !header.StartsWith("x-compute", StringComparison.Ordinal)))
        {
            if (HeaderDifference(exchange, answer, header) is string wrong)
                yield return wrong;
        }
        if (exchange.Line.TryGetProperty("continue", out _) && !answer.Continued)
            yield return "no 100 (Continue)";
        if (difference is null && exchange.Response.ValueKind != JsonValueKind.Undefined)
        {
            foreach (string wrong in BodyDifferences(exchange, answer))
                yield return wrong;
        }
    }

    private static string? HeaderDifference(TeiExchange exchange, RawAnswer answer, string header)
    {
        string? expected = exchange.ResponseHeader(header);
        string? found = answer.Headers.GetValueOrDefault(header);
        if (header == "vary" && exchange.Path == "/metrics")
            return null; // the exporter can compress, and says so
        if (header == "content-type" && exchange.Path == "/metrics")
            return found?.StartsWith("text/plain", StringComparison.Ordinal) == true ? null : $"{header}: {found}";
        if (header == "content-type" && (expected?.StartsWith("text/plain", StringComparison.Ordinal) ?? true))
            return null; // ours are JSON there, and errors that it leaves empty have a body
        if (header == "allow" && exchange.Method == "OPTIONS" || exchange.Status == 401 || expected is null)
            return null; // no preflight asks for Allow, and who has no key is not told a route's methods
        if (header == "access-control-allow-methods" && exchange.Headers.All(sent => sent.Key != "origin" || sent.Value.Contains("evil", StringComparison.Ordinal)))
            return null; // nothing is said to whom nothing is allowed
        if (header == "access-control-allow-methods" || header == "allow")
            return SameSet(expected, found) ? null : $"{header}: {found} instead of {expected}";
        return found == expected ? null : $"{header}: {found} instead of {expected}";
    }

    private static bool SameSet(string expected, string? found) =>
        expected.Split(',').ToHashSet().SetEquals(found?.Split(',', StringSplitOptions.TrimEntries) ?? []);

    private static IEnumerable<string> BodyDifferences(TeiExchange exchange, RawAnswer answer)
    {
        using JsonDocument found = JsonDocument.Parse(answer.Body);
        if (exchange.Status != 200)
        {
            string name = exchange.Path.EndsWith("/embeddings", StringComparison.Ordinal) ? "type" : "error_type";
            if (name == "error_type" && found.RootElement.GetProperty(name).GetString() != exchange.Response.GetProperty(name).GetString())
                yield return $"{name}: {found.RootElement.GetProperty(name)} instead of {exchange.Response.GetProperty(name)}";
            yield break;
        }
        double tolerance = exchange.Path == "/similarity" || exchange.Server == "task" ? SimilarityTolerance : Tolerance;
        if (exchange.Server == "minilm-ort")
            tolerance = HalfPrecisionTolerance;
        JsonComparison comparison = new(tolerance, exchange.Path == "/info");
        foreach (string wrong in comparison.Differences(exchange.Response, found.RootElement, "$").Take(3))
            yield return wrong;
    }

    private static IPEndPoint AddressOf(WebApplication app) => new(IPAddress.Loopback, new Uri(app.Urls.Single()).Port);
}
