using System.Net.Sockets;
using System.Text;
using AlbertNative.Server.Requests;
using AlbertNative.Testing;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;

namespace AlbertNative.Tests.Server;

/// <summary>
/// Requests that mean harm, broken ones that are made of good ones, and clients that take their time: each is answered as a
/// client's fault or cut off, never as a fault of the server, and nothing of it is held afterwards.
/// </summary>
public sealed class HostileRequestTests
{
    private const int Mutations = 400;

    /// <summary>What a hang would be: an answer of a broken request takes milliseconds.</summary>
    private static readonly TimeSpan Hang = TimeSpan.FromMinutes(1);

    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    /// <summary>A good request of each kind, to be broken.</summary>
    private static readonly (string Path, string Type, string Body)[] Good =
    [
        ("/embed", "application/json", """{"inputs":["the king",[2,5,3]],"truncate":true,"normalize":false,"dimensions":4,"prompt_name":null}"""),
        ("/tokenize", "application/json", """{"inputs":["the king","شاه"],"add_special_tokens":false}"""),
        ("/decode", "application/json", """{"ids":[[2,5,3],[7]],"skip_special_tokens":true}"""),
        ("/similarity", "application/json", """{"inputs":{"source_sentence":"a","sentences":["b","c"]},"parameters":{"truncate":false}}"""),
        ("/vertex", "application/json", """{"instances":[{"inputs":"a"},{"inputs":["b"]}]}"""),
        ("/v1/embeddings", "application/json", """{"model":"nano","input":["a","b"],"encoding_format":"base64","dimensions":2}"""),
        ("/v1/rerank", "application/json", """{"query":"a","documents":["b",{"text":"c"}],"top_n":1,"return_documents":true}"""),
        ("/models/nano", "application/json", """{"inputs":["The [MASK] went."],"parameters":{"top_k":3,"targets":["king"]}}"""),
        ("/models/nano/pipeline/feature-extraction", "application/json", """{"inputs":"a","pooling":"none"}"""),
        ("/api/fill-mask", "application/json", """{"model":"nano","inputs":["The [MASK]."],"options":{"top_k":2},"offsets":"utf8"}"""),
        ("/api/order", "application/json", """{"inputs":[{"text":"a","pair":"b"}],"options":{"overlong":"truncate"}}"""),
        ("/api/embed?dimensions=2", "application/x-ndjson", "\"a\"\n{\"text\":\"b\"}\n"),
        ("/v2/models/nano/infer", "application/json", """{"id":"1","inputs":[{"name":"text","shape":[2],"datatype":"BYTES","data":["a","b"]}],"outputs":[{"name":"embedding"}],"parameters":{"normalize":true,"dimensions":3}}"""),
        ("/v2/models/nano/infer", "application/json", """{"inputs":[{"name":"input_ids","shape":[1,3],"datatype":"INT64","data":[[2,5,3]]},{"name":"attention_mask","shape":[1,3],"datatype":"INT32","data":[1,1,0]}]}"""),
    ];

    [Fact]
    public async Task Broken_requests_are_never_the_servers_fault()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync();
        for (int kind = 0; kind < Good.Length; kind++)
        {
            (string path, string type, string good) = Good[kind];
            byte[] body = Encoding.UTF8.GetBytes(good);
            RawAnswer unbroken = await SendAsync(server, path, type, body);
            // A model without the head refuses, after it has read all of it.
            Assert.True(unbroken.Status == 200 || unbroken.Text.Contains("re-ranker", StringComparison.Ordinal), $"{path}: {unbroken.Status} {unbroken.Text}");
            BodyBreaker breaker = new(seed: kind);
            for (int i = 0; i < Mutations; i++)
            {
                byte[] broken = breaker.Break(body);
                RawAnswer answer = await SendAsync(server, path, type, broken);
                Assert.True(answer.Status is >= 200 and < 500, $"{path} answers {answer.Status} to {Convert.ToBase64String(broken)}: {answer.Text}");
                Assert.DoesNotContain("the server has failed", answer.Text, StringComparison.Ordinal);
            }
        }
        Assert.Equal(0, server.App.Services.GetRequiredService<RequestBodies>().HeldBytes);
        Assert.Equal(200, (await server.GetAsync("/health")).Status);
    }

    [Fact]
    public async Task Broken_binary_tensors_are_never_the_servers_fault()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync();
        byte[] json = """{"inputs":[{"name":"text","shape":[2],"datatype":"BYTES","parameters":{"binary_data_size":10}}],"parameters":{"binary_data_output":true}}"""u8.ToArray();
        byte[] body = [.. json, 1, 0, 0, 0, (byte)'a', 1, 0, 0, 0, (byte)'b'];
        BodyBreaker breaker = new(seed: 3);
        for (int i = 0; i < Mutations; i++)
        {
            byte[] broken = i == 0 ? body : breaker.Break(body);
            RawAnswer answer = await SendAsync(server, "/v2/models/nano/infer", "application/octet-stream", broken, KeyValuePair.Create("inference-header-content-length", $"{json.Length}"));
            Assert.True(answer.Status is >= 200 and < 500 && (i > 0 || answer.Status == 200), $"{answer.Status} to {Convert.ToBase64String(broken)}: {answer.Text}");
        }
    }

    [Fact]
    public async Task Broken_messages_of_grpc_are_never_the_servers_fault()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(("grpc", "127.0.0.1:0"));
        using GrpcChannel channel = GrpcChannel.ForAddress(server.App.Urls.Last());
        Marshaller<byte[]> bytes = new(static message => message, static message => message);
        AlbertNative.Server.Dialects.Grpc.Oip.ModelInferRequest infer = new()
        {
            Inputs = { new AlbertNative.Server.Dialects.Grpc.Oip.ModelInferRequest.Types.InferInputTensor { Name = "text", Datatype = "BYTES", Shape = { 1 } } },
            RawInputContents = { ByteString.CopyFrom(1, 0, 0, 0, 65) },
        };
        (string Service, string Method, byte[] Message)[] calls =
        [
            ("inference.GRPCInferenceService", "ModelInfer", infer.ToByteArray()),
            ("tei.v1.Embed", "Embed", new AlbertNative.Server.Dialects.Grpc.Tei.EmbedRequest { Inputs = "a", Truncate = true }.ToByteArray()),
            ("tei.v1.Tokenize", "Decode", new AlbertNative.Server.Dialects.Grpc.Tei.DecodeRequest { Ids = { 2, 5, 3 } }.ToByteArray()),
        ];
        foreach ((string service, string method, byte[] message) in calls)
        {
            Method<byte[], byte[]> call = new(MethodType.Unary, service, method, bytes, bytes);
            BodyBreaker breaker = new(seed: method.Length);
            for (int i = 0; i < Mutations; i++)
            {
                byte[] broken = i == 0 ? message : breaker.Break(message);
                try
                {
                    await channel.CreateCallInvoker().AsyncUnaryCall(call, null, new CallOptions(deadline: DateTime.UtcNow + Hang, cancellationToken: Stop), broken);
                }
                catch (RpcException e)
                {
                    Assert.True(e.StatusCode is StatusCode.InvalidArgument or StatusCode.NotFound or StatusCode.FailedPrecondition or StatusCode.ResourceExhausted, $"{service}/{method}: {e.Status} to {Convert.ToBase64String(broken)}");
                }
            }
        }
    }

    [Fact]
    public async Task Hostile_paths_lead_nowhere()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync();
        foreach (string path in (string[])
        [
            "/v2/models/%00/infer",
            "/v2/models/..%2F..%2Fetc%2Fpasswd/infer",
            "/v2/models/nano/../../../infer",
            "/v2/models//infer",
            "/models/..%2Fnano",
            "/models/nano%00",
            "/models/nano/tei/../embed",
            "/pipeline/%ff/nano",
            "/v1/models/%2e%2e%2f",
            "/api/embed/..;/",
            "//embed",
            "/%65mbed",
            "/embed?%00=%ff&=&&&",
        ])
        {
            RawAnswer answer = await SendAsync(server, path, "application/json", "{}"u8.ToArray());
            Assert.True(answer.Status is >= 400 and < 500, $"{path}: {answer.Status} {answer.Text}");
        }
    }

    [Fact]
    public async Task Broken_heads_of_requests_are_refused_or_cut_off()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(("header-timeout", "1s"), ("keep-alive", "1s"));
        byte[] good = Encoding.ASCII.GetBytes("POST /embed HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\nx-request-id: 7\r\nconnection: close\r\ncontent-length: 14\r\n\r\n{\"inputs\":\"a\"}");
        BodyBreaker breaker = new(seed: 17);
        // All at once, since of what never comes each waits for its end.
        byte[][] all = [.. Enumerable.Range(0, Mutations).Select(_ => breaker.Break(good))];
        foreach ((byte[] broken, string answer) in all.Zip(await Task.WhenAll(all.Select(broken => TalkAsync(server, broken)))))
        {
            Assert.True(answer.Length == 0 || answer.StartsWith("HTTP/1.1 2", StringComparison.Ordinal) || answer.StartsWith("HTTP/1.1 4", StringComparison.Ordinal) || answer.StartsWith("HTTP/1.1 505", StringComparison.Ordinal), $"{answer} to {Convert.ToBase64String(broken)}");
        }
        foreach (string hostile in (string[])
            [$"GET /{new string('a', 10_000)} HTTP/1.1\r\n\r\n", $"GET / HTTP/1.1\r\nhost: a\r\n{string.Concat(Enumerable.Range(0, 200).Select(i => $"x-{i}: 1\r\n"))}\r\n", $"GET / HTTP/1.1\r\nhost: a\r\nx: {new string('a', 40_000)}\r\n\r\n", "POST /embed HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n", "POST /embed HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\ncontent-type: application/json\r\n\r\nFFFFFFFFF\r\n"])
        {
            Assert.StartsWith("HTTP/1.1 4", await TalkAsync(server, Encoding.ASCII.GetBytes(hostile)), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Slow_headers_and_slow_bodies_are_cut_off_while_others_are_answered()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(("header-timeout", "1s"));
        byte[] header = "GET /health HTTP/1.1\r\nhost: a\r\nx: "u8.ToArray();
        byte[] body = "POST /embed HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n{"u8.ToArray();

        Task<string>[] slow = [.. Enumerable.Range(0, 50).SelectMany(_ => new[] { TalkAsync(server, header), TalkAsync(server, body) })];
        for (int i = 0; i < 20; i++)
            Assert.Equal(200, (await server.PostAsync("/embed", """{"inputs":"a"}""")).Status);

        // Neither sends another byte: the header has a second, the body five and then the rate.
        string[] answers = await Task.WhenAll(slow);
        Assert.All(answers, answer => Assert.True(answer.Length == 0 || answer.StartsWith("HTTP/1.1 408", StringComparison.Ordinal) || answer.StartsWith("HTTP/1.1 400", StringComparison.Ordinal), answer));
        Assert.Equal(0, server.App.Services.GetRequiredService<RequestBodies>().HeldBytes);
    }

    [Fact]
    public async Task Announced_bodies_that_do_not_come_hold_nothing()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(("body-rate", "0"));
        List<Socket> silent = [];
        for (int i = 0; i < 200; i++)
        {
            Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
            silent.Add(socket);
            await socket.ConnectAsync(server.EndPoint, Stop);
            await socket.SendAsync("POST /embed HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 8000000\r\n\r\n"u8.ToArray(), Stop);
        }

        Assert.Equal(200, (await server.PostAsync("/embed", """{"inputs":"a"}""")).Status);
        Assert.Equal(0, server.App.Services.GetRequiredService<RequestBodies>().HeldBytes);
        silent.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public async Task Answers_that_would_be_too_large_are_refused_before_anything_is_computed()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(("max-response-bytes", "1MB"));
        string masks = string.Join(' ', Enumerable.Repeat("[MASK]", 100));

        foreach ((string path, string body) in new[]
        {
            ("/api/fill-mask", $$$"""{"inputs":["{{{masks}}}"],"options":{"top_k":2147483647}}"""),
            ("/models/nano", $$$"""{"inputs":"{{{masks}}}","parameters":{"top_k":2147483647}}"""),
            ("/v2/models/nano/infer", $$$"""{"inputs":[{"name":"text","shape":[1],"datatype":"BYTES","data":["{{{masks}}}"]}],"parameters":{"task":"fill-mask","top_k":2147483647}}"""),
            ("/v2/models/nano/infer", $$$"""{"inputs":[{"name":"input_ids","shape":[1,100],"datatype":"INT64","data":[{{{string.Join(',', Enumerable.Repeat("5", 100))}}}]}],"outputs":[{"name":"logits"}]}"""),
        })
        {
            RawAnswer answer = await server.PostAsync(path, body);
            Assert.Equal(400, answer.Status);
            Assert.Contains("the answer would have more than", answer.Text, StringComparison.Ordinal);
        }
    }

    private static async Task<RawAnswer> SendAsync(LoopbackServerApp server, string path, string type, byte[] body, params KeyValuePair<string, string>[] headers)
    {
        using CancellationTokenSource hang = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        hang.CancelAfter(Hang);
        return await RawHttp.SendAsync(server.EndPoint, "POST", path, [new("content-type", type), new("content-length", $"{body.Length}"), .. headers], body, hang.Token);
    }

    /// <summary>Sends bytes and nothing more, and gives what comes until the server closes the connection.</summary>
    private static async Task<string> TalkAsync(LoopbackServerApp server, byte[] bytes)
    {
        using CancellationTokenSource hang = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        hang.CancelAfter(Hang);
        using Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server.EndPoint, hang.Token);
        using MemoryStream received = new();
        byte[] buffer = new byte[4096];
        try
        {
            await socket.SendAsync(bytes, hang.Token);
            for (int count; (count = await socket.ReceiveAsync(buffer, hang.Token)) > 0;)
                received.Write(buffer, 0, count);
        }
        catch (SocketException)
        {
            // Cut off.
        }
        return Encoding.ASCII.GetString(received.ToArray());
    }
}
