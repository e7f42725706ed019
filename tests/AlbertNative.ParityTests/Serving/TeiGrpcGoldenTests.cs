using System.Text.Json;
using AlbertNative.Server.Configuration;
using AlbertNative.Server.Dialects.Grpc.Tei;
using AlbertNative.Server.Hosting;
using AlbertNative.Server.Models;
using AlbertNative.Testing;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Metadata = Grpc.Core.Metadata;

namespace AlbertNative.ParityTests.Serving;

/// <summary>What a real text-embeddings-inference answered to calls of gRPC, asked of this server over loopback.</summary>
public sealed class TeiGrpcGoldenTests
{
    private const double Tolerance = 3e-6;

    /// <summary>Where an answer is another, and why; what stands in no line must be equal.</summary>
    private static readonly (Predicate<JsonElement> Is, string? Status, string Why)[] Differences =
    [
        (line => Id(line).EndsWith("/direction-7", StringComparison.Ordinal), "INVALID_ARGUMENT", "it dies of a direction that it does not know"),
        (line => Id(line).Contains("reranker/stream-empty", StringComparison.Ordinal), "INVALID_ARGUMENT", "its RerankStream never answers"),
        (line => Id(line).Contains("reranker/stream", StringComparison.Ordinal), "OK", "its RerankStream never answers"),
        (line => Id(line).EndsWith("/reflection", StringComparison.Ordinal), null, "reflection lists the health service, too"),
        (line => Id(line).EndsWith("/info", StringComparison.Ordinal), null, "values that describe the server are its own"),
    ];

    private static readonly Marshaller<byte[]> Bytes = new(bytes => bytes, bytes => bytes);

    public static TheoryData<string> Servers => [.. ReadAll().Keys];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Servers))]
    public async Task Calls_have_the_answers_of_the_recordings(string server)
    {
        (JsonElement started, List<JsonElement> calls) = ReadAll()[server];
        await using WebApplication app = AlbertServer.Build(OptionsOf(started));
        await app.StartAsync(TestContext.Current.CancellationToken);
        await app.Services.GetRequiredService<ServedModels>().Loaded.WaitAsync(TestContext.Current.CancellationToken);
        string address = app.Urls.Last();
        using GrpcChannel channel = GrpcChannel.ForAddress(address);

        List<string> wrong = [];
        foreach (JsonElement call in calls)
            wrong.AddRange((await CompareAsync(channel, call)).Select(what => $"{Id(call)}: {what}"));
        Assert.True(wrong.Count == 0, $"{wrong.Count} differences\n{string.Join('\n', wrong)}");
    }

    [Fact]
    public void All_recordings_are_asked_and_no_difference_is_idle()
    {
        _ = SharedFolder.Require("goldens", "serving");
        JsonElement[] calls = [.. ReadAll().Values.SelectMany(server => server.Calls)];

        Assert.Equal((6, 79), (ReadAll().Count, calls.Length));
        Assert.All(Differences, difference => Assert.Contains(calls, call => difference.Is(call)));
    }

    private static async Task<IEnumerable<string>> CompareAsync(GrpcChannel channel, JsonElement line)
    {
        var difference = Array.Find(Differences, entry => entry.Is(line));
        string expectedStatus = difference.Status ?? line.GetProperty("status").GetString()!;
        (StatusCode status, string detail, List<JsonElement> responses, Metadata initial) = await CallAsync(channel, line);
        if (NameOf(status) != expectedStatus)
            return [$"{NameOf(status)} ({detail}) instead of {expectedStatus}"];
        if (status != StatusCode.OK || difference.Is is not null)
            return [];
        JsonComparison comparison = new(Tolerance, isInfo: false);
        List<JsonElement> expected = line.TryGetProperty("response", out JsonElement one) ? [one] : [.. line.GetProperty("responses").EnumerateArray()];
        if (expected.Count != responses.Count)
            return [$"{responses.Count} answers instead of {expected.Count}"];
        IEnumerable<string> bodies = expected.Zip(responses).SelectMany((pair, i) => comparison.Differences(pair.First, pair.Second, $"$[{i}]"));
        IEnumerable<string> headers = line.TryGetProperty("initial_metadata", out JsonElement metadata) && metadata.ValueKind == JsonValueKind.Object
            ? metadata.EnumerateObject().Where(header => initial.Get(header.Name) is null).Select(header => $"the initial metadata have no {header.Name}")
            : [];
        return bodies.Concat(headers).Take(4);
    }

    private static async Task<(StatusCode, string, List<JsonElement>, Metadata)> CallAsync(GrpcChannel channel, JsonElement line)
    {
        string[] rpc = line.GetProperty("rpc").GetString()!.Split('/');
        MethodDescriptor method = MethodOf(rpc[0], rpc[1]);
        JsonElement request = line.GetProperty("request");
        List<byte[]> requests = [.. (request.ValueKind == JsonValueKind.Array ? request.EnumerateArray() : new[] { request }.AsEnumerable())
            .Select(message => JsonParser.Default.Parse(message.GetRawText(), method.InputType).ToByteArray())];
        Metadata headers = [];
        if (line.TryGetProperty("metadata", out JsonElement sent))
        {
            foreach (JsonProperty header in sent.EnumerateObject())
                headers.Add(header.Name, header.Value.GetString()!);
        }
        Method<byte[], byte[]> raw = new(TypeOf(method), rpc[0], rpc[1], Bytes, Bytes);
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        CallOptions options = new(headers, cancellationToken: limit.Token);
        List<JsonElement> responses = [];
        Metadata initial = [];
        try
        {
            CallInvoker invoker = channel.CreateCallInvoker();
            if (!method.IsClientStreaming)
            {
                using AsyncUnaryCall<byte[]> call = invoker.AsyncUnaryCall(raw, null, options, requests[0]);
                responses.Add(Json(method, await call.ResponseAsync));
                initial = await call.ResponseHeadersAsync;
            }
            else if (!method.IsServerStreaming)
            {
                using AsyncClientStreamingCall<byte[], byte[]> call = invoker.AsyncClientStreamingCall(raw, null, options);
                await WriteAsync(call.RequestStream, requests, limit.Token);
                responses.Add(Json(method, await call.ResponseAsync));
            }
            else
            {
                using AsyncDuplexStreamingCall<byte[], byte[]> call = invoker.AsyncDuplexStreamingCall(raw, null, options);
                Task writing = WriteAsync(call.RequestStream, requests, limit.Token);
                while (await call.ResponseStream.MoveNext(limit.Token))
                    responses.Add(Json(method, call.ResponseStream.Current));
                await writing;
                if (call.GetStatus() is { StatusCode: not StatusCode.OK } status)
                    return (status.StatusCode, status.Detail, responses, initial);
            }
            return (StatusCode.OK, "", responses, initial);
        }
        catch (RpcException e)
        {
            return (e.StatusCode, e.Status.Detail, responses, initial);
        }
    }

    // A server that refuses a message does not read those behind it.
    private static async Task WriteAsync(IClientStreamWriter<byte[]> stream, List<byte[]> messages, CancellationToken cancellation)
    {
        try
        {
            foreach (byte[] message in messages)
                await stream.WriteAsync(message, cancellation);
            await stream.CompleteAsync();
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException)
        {
            // The status is what the reader gets.
        }
    }

    private static MethodType TypeOf(MethodDescriptor method) => (method.IsClientStreaming, method.IsServerStreaming) switch
    {
        (false, false) => MethodType.Unary,
        (true, false) => MethodType.ClientStreaming,
        (false, true) => MethodType.ServerStreaming,
        _ => MethodType.DuplexStreaming,
    };

    private static MethodDescriptor MethodOf(string service, string name)
    {
        IEnumerable<FileDescriptor> files =
            [TeiReflection.Descriptor, Grpc.Health.V1.HealthReflection.Descriptor, Grpc.Reflection.V1Alpha.ReflectionReflection.Descriptor];
        return files.SelectMany(file => file.Services).Single(known => known.FullName == service).FindMethodByName(name);
    }

    private static JsonElement Json(MethodDescriptor method, byte[] message)
    {
        string json = new JsonFormatter(JsonFormatter.Settings.Default.WithFormatDefaultValues(true).WithPreserveProtoFieldNames(true))
            .Format(method.OutputType.Parser.ParseFrom(message));
        using JsonDocument document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    private static string NameOf(StatusCode status) =>
        string.Concat(status.ToString().Select((c, i) => i > 0 && char.IsUpper(c) && status != StatusCode.OK ? $"_{c}" : $"{char.ToUpperInvariant(c)}"));

    private static string Id(JsonElement line) => line.GetProperty("id").GetString()!;

    private static ServerOptions OptionsOf(JsonElement started)
    {
        string model = started.GetProperty("model").GetString()!;
        Dictionary<string, string> arguments = started.GetProperty("args").EnumerateArray().Chunk(2)
            .ToDictionary(pair => pair[0].GetString()!, pair => pair[1].GetString()!);
        string spec = $"{model}={SharedFolder.Require("goldens", "serving", "models", model)}";
        if (arguments.TryGetValue("--pooling", out string? pooling))
            spec += $",pooling={pooling}";
        OptionsReader reader = new();
        Dictionary<string, string> settings = new()
        {
            ["model"] = spec,
            ["http"] = "127.0.0.1:0",
            ["grpc"] = "127.0.0.1:0",
            ["max-client-batch-size"] = "32",
            ["log-level"] = "warning",
        };
        if (arguments.TryGetValue("--api-key", out string? key))
            settings["api-key"] = key;
        foreach ((string name, string value) in settings)
            reader.SetFromCommandLine(Settings.Find(name)!, [value]);
        return reader.Build();
    }

    private static Dictionary<string, (JsonElement Server, List<JsonElement> Calls)> ReadAll()
    {
        Dictionary<string, (JsonElement, List<JsonElement>)> all = [];
        foreach (string file in SharedFolder.Files("goldens/serving", "tei-*.grpc.jsonl.gz"))
        {
            foreach (JsonElement line in GoldenLines.Read(file))
            {
                string server = line.GetProperty("server").GetString()!;
                if (line.TryGetProperty("args", out _))
                    all[server] = (line, []);
                else
                    all[server].Item2.Add(line);
            }
        }
        return all;
    }
}
