using AlbertNative.Server.Dialects.Grpc.Tei;
using AlbertNative.Server.Telemetry;
using AlbertNative.Serving;
using AlbertNative.Testing;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;

namespace AlbertNative.Tests.Server;

/// <summary>What is counted of a request: by what it asks for, whichever dialect it asks in.</summary>
public sealed class ServerMetricsTests
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_asked_has_one_name_in_every_dialect()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(
            ("grpc", "127.0.0.1:0"), ("model", $"nano={ShippedModels.Nano}"), ("model", $"tagger={ShippedModels.Tagger}"));
        using MeterRecorder counts = new(MeterOf(server));
        foreach ((string path, string body) in new[]
        {
            ("/embed", """{"inputs":["a","b"]}"""),
            ("/tokenize", """{"inputs":"a"}"""),
            ("/decode", """{"ids":[5]}"""),
            ("/v1/embeddings", """{"input":"a","model":"nano"}"""),
            ("/models/nano", """{"inputs":"the [MASK]."}"""),
            ("/v2/models/nano/infer", """{"inputs":[{"name":"text","datatype":"BYTES","shape":[1],"data":["a"]}]}"""),
            ("/v2/models/nano/infer", """{"inputs":[{"name":"input_ids","datatype":"INT64","shape":[1,3],"data":[2,30,3]}]}"""),
            ("/api/fill-mask", """{"inputs":["the [MASK]."]}"""),
            ("/api/tag", """{"inputs":["a"],"model":"tagger"}"""),
        })
        {
            RawAnswer answer = await server.PostAsync(path, body);
            Assert.True(answer.Status == 200, $"{path}: {answer.Status}");
        }
        Assert.Equal(200, (await server.PostTypedAsync("/api/embed", "application/x-ndjson", "\"a\"\n\"b\"\n\"c\"\n")).Status);
        using GrpcChannel channel = GrpcChannel.ForAddress(server.App.Urls.Last());
        await new Embed.EmbedClient(channel).EmbedAsync(new EmbedRequest { Inputs = "a" }, cancellationToken: Stop);

        // A request is counted when its answer has been sent.
        await Eventually.HoldsAsync(() => Sum(counts, "albertnative.requests ") == 11);
        foreach ((string dialect, string model, string task, int requests) in new[]
        {
            ("tei", "nano", "embeddings", 1), ("tei", "nano", "tokenize", 1), ("tei", "nano", "decode", 1), ("openai", "nano", "embeddings", 1),
            ("huggingface", "nano", "fill_mask", 1), ("open-inference", "nano", "embeddings", 1), ("open-inference", "nano", "infer", 1),
            ("native", "nano", "fill_mask", 1), ("native", "nano", "embeddings", 1), ("native", "tagger", "token_classification", 1), ("grpc", "nano", "embeddings", 1),
        })
        {
            Assert.True(counts[$"albertnative.requests dialect={dialect} model={model} status=2xx task={task}"] == requests, $"{dialect} {model} {task}: {string.Join("\n", counts.Sums.Keys)}");
        }
        await Eventually.HoldsAsync(() => counts["albertnative.texts model=nano task=embeddings"] == 8);
        Assert.Equal(5, counts["gen_ai.server.request.duration gen_ai.operation.name=embeddings gen_ai.request.model=nano"]);
        Assert.Equal(5, counts["gen_ai.client.token.usage gen_ai.operation.name=embeddings gen_ai.request.model=nano gen_ai.token.type=input"]);
        Assert.Equal(2, counts["gen_ai.client.token.usage gen_ai.operation.name=fill_mask gen_ai.request.model=nano gen_ai.token.type=input"]);
    }

    [Fact]
    public async Task Why_a_request_failed_is_said_by_its_duration_and_counted_by_its_reason()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync();
        using MeterRecorder counts = new(MeterOf(server), server.App.Services.GetRequiredService<InferenceScheduler>().Telemetry.Meter);
        string tooLong = string.Join(' ', Enumerable.Repeat("hill", 2000));
        foreach ((string path, string body) in new[] { ("/embed", """{"inputs":[]}"""), ("/embed", $$"""{"inputs":"{{tooLong}}"}"""), ("/v1/embeddings", """{"input":"a","model":"none"}"""), ("/embed", "{") })
            Assert.InRange((await server.PostAsync(path, body)).Status, 400, 499);
        Assert.Equal(404, (await server.GetAsync("/v1/models/none")).Status);
        Assert.Equal(200, (await server.GetAsync("/info")).Status);

        await Eventually.HoldsAsync(() => Sum(counts, "albertnative.requests ") == 6);
        Assert.Equal(
            [
                "error.type=empty gen_ai.operation.name=_other gen_ai.request.model=nano",
                "error.type=malformed gen_ai.operation.name=_other gen_ai.request.model=_other",
                "error.type=nosuchmodel gen_ai.operation.name=_other gen_ai.request.model=_other",
                "error.type=texttoolong gen_ai.operation.name=embeddings gen_ai.request.model=nano",
            ],
            counts.Sums.Keys.Where(key => key.StartsWith("gen_ai.server.request.duration ", StringComparison.Ordinal)).Select(key => key[(key.IndexOf(' ') + 1)..]).Order(StringComparer.Ordinal));
        Assert.Equal((4, 1), (counts["albertnative.rejected reason=invalid"], counts["albertnative.rejected reason=too_large"]));
        Assert.Equal(1, counts["albertnative.requests dialect=tei model=nano status=2xx task=_other"]);
    }

    private static System.Diagnostics.Metrics.Meter MeterOf(LoopbackServerApp server) => server.App.Services.GetRequiredService<ServerMetrics>().Meter;

    private static double Sum(MeterRecorder counts, string prefix) =>
        counts.Sums.Where(sum => sum.Key.StartsWith(prefix, StringComparison.Ordinal)).Sum(sum => sum.Value);
}
