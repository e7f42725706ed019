using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using AlbertNative.Server.Dialects.Grpc;
using AlbertNative.Server.Dialects.Grpc.Oip;
using AlbertNative.Server.Dialects.Grpc.Tei;
using AlbertNative.Server.Requests;
using AlbertNative.Tests.Model;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;

namespace AlbertNative.Tests.Server;

/// <summary>Calls of gRPC that mean harm, byte by byte: each has a client's status, and nothing of it is held afterwards.</summary>
[Collection(AllocationTests.Alone)]
public sealed class HostileGrpcTests
{
    private const string Infer = "/inference.GRPCInferenceService/ModelInfer", Embed = "/tei.v1.Embed/Embed", EmbedStream = "/tei.v1.Embed/EmbedStream";

    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Messages_that_are_no_protobuf_are_the_clients_fault()
    {
        await using LoopbackServerApp server = await StartAsync();
        byte[] good = new EmbedRequest { Inputs = "a" }.ToByteArray();
        foreach ((string name, byte[] message) in new[]
        {
            ("cut within a field", good[..^1]),
            ("a length beyond the end", [0x0A, 0xFF, 0xFF, 0xFF, 0x7F, (byte)'a']),
            ("a negative length", [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F]),
            ("a number without end", [.. Enumerable.Repeat((byte)0xFF, 16)]),
            ("field 0", new byte[] { 0x00, 0x01 }),
            ("a group without end", new byte[] { 0x0B }),
            ("the end of no group", new byte[] { 0x0C }),
            ("groups 10,000 deep", [.. Enumerable.Repeat((byte)0x0B, 10_000)]),
            ("text that is no UTF-8", [0x0A, 0x02, 0xFF, 0xFE]),
            ("half of a surrogate pair", [0x0A, 0x03, 0xED, 0xA0, 0x80]),
        })
        {
            foreach (string call in (string[])[Embed, EmbedStream])
            {
                (StatusCode status, string detail) = await CallAsync(server, call, Framed(message));
                // Broken text may be read as its replacement, as protobuf's own parsers in some languages do, but it is never a fault of the server.
                bool isText = name is "text that is no UTF-8" or "half of a surrogate pair";
                Assert.True(status == StatusCode.InvalidArgument || (isText && status == StatusCode.OK), $"{call}, {name}: {status} {detail}");
            }
        }
        Assert.Equal(StatusCode.OK, (await CallAsync(server, Embed, Framed(good))).Status);
    }

    [Fact]
    public async Task Messages_that_are_cut_too_long_or_packed_are_refused_and_hold_nothing()
    {
        await using LoopbackServerApp server = await StartAsync(("payload-limit", "1MiB"));
        byte[] good = new EmbedRequest { Inputs = "a" }.ToByteArray();
        // A gigabyte of the letter a, a thousandth of that when it is packed.
        using MemoryStream packed = new();
        await using (GZipStream gzip = new(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            byte[] block = new byte[1 << 20];
            Array.Fill(block, (byte)'a');
            for (int i = 0; i < 900; i++)
                await gzip.WriteAsync(block, Stop);
        }
        long before = GC.GetTotalMemory(forceFullCollection: true);

        foreach ((string name, byte[] body, string? encoding, StatusCode[] expected) in new (string, byte[], string?, StatusCode[])[]
        {
            ("nothing", [], null, [StatusCode.Internal, StatusCode.InvalidArgument]),
            ("half a length", [0, 0, 0], null, [StatusCode.Internal, StatusCode.InvalidArgument]),
            ("less than its length", Framed(good)[..^1], null, [StatusCode.Internal, StatusCode.InvalidArgument]),
            ("a length of 4 GB", [0, 0xFF, 0xFF, 0xFF, 0xFF, 1], null, [StatusCode.ResourceExhausted, StatusCode.InvalidArgument]),
            ("over the limit", Framed(new byte[(1 << 20) + 1]), null, [StatusCode.ResourceExhausted]),
            ("two messages", [.. Framed(good), .. Framed(good)], null, [StatusCode.Internal, StatusCode.InvalidArgument]),
            ("a flag that nobody knows", [7, .. Framed(good)[1..]], null, [StatusCode.Internal, StatusCode.InvalidArgument]),
            ("packed without saying how", Framed(packed.ToArray(), isPacked: true), null, [StatusCode.Internal, StatusCode.InvalidArgument]),
            ("a bomb", Framed(packed.ToArray(), isPacked: true), "gzip", [StatusCode.Unimplemented]),
        })
        {
            (StatusCode status, string detail) = await CallAsync(server, Embed, body, encoding);
            Assert.True(expected.Contains(status), $"{name}: {status} {detail}");
        }

        Assert.Equal(0, server.App.Services.GetRequiredService<RequestBodies>().HeldBytes);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 64 << 20);
        Assert.Equal(StatusCode.OK, (await CallAsync(server, Embed, Framed(good))).Status);
    }

    [Fact]
    public async Task Messages_that_never_end_share_the_budget_of_all_bodies_and_give_it_back()
    {
        await using LoopbackServerApp server = await StartAsync(("max-buffered-bytes", "1MiB"), ("body-rate", "0"));
        RequestBodies bodies = server.App.Services.GetRequiredService<RequestBodies>();
        using HttpClient client = ClientOf(server);
        List<EndlessBody> endless = [.. Enumerable.Range(0, 4).Select(_ => new EndlessBody([0, 0, 0x40, 0, 0, .. new byte[300 << 10]]))];
        Task<(StatusCode Status, string Detail)>[] calls = [.. endless.Select(body => CallAsync(client, Infer, body, null))];

        // One client gets half of what is free, and these four want more than that together.
        (StatusCode status, string detail) = await await Task.WhenAny(calls);
        Assert.True(status == StatusCode.ResourceExhausted, detail);
        Assert.InRange(bodies.HeldBytes, 0, 1 << 20);

        endless.ForEach(body => body.End());
        await Task.WhenAll(calls);
        await Eventually.HoldsAsync(() => bodies.HeldBytes == 0);
        Assert.Equal(StatusCode.OK, (await CallAsync(server, Embed, Framed(new EmbedRequest { Inputs = "a" }.ToByteArray()))).Status);
    }

    [Fact]
    public async Task Probes_are_answered_where_others_have_used_up_the_memory_of_all_messages()
    {
        await using LoopbackServerApp server = await StartAsync(("max-buffered-bytes", "1MiB"));
        ByteBudget budget = server.App.Services.GetRequiredService<RequestBodies>().Budget;
        using GrpcChannel channel = GrpcChannel.ForAddress(server.App.Urls.Last());
        Health.HealthClient health = new(channel);
        GRPCInferenceService.GRPCInferenceServiceClient oip = new(channel);
        // The prober's own address has some of it, and strangers the rest.
        Assert.True(budget.TryTake("127.0.0.1", 1000));
        Assert.True(budget.TryTake("192.0.2.1", (1 << 20) - 1000));

        Assert.Equal(StatusCode.ResourceExhausted, (await CallAsync(server, Embed, Framed(new EmbedRequest { Inputs = "a" }.ToByteArray()))).Status);
        foreach (string service in (string[])["", "tei.v1.Embed", "inference.GRPCInferenceService"])
        {
            HealthCheckRequest probe = new() { Service = service };
            Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, (await health.CheckAsync(probe, cancellationToken: Stop)).Status);
            using AsyncServerStreamingCall<HealthCheckResponse> watch = health.Watch(probe, cancellationToken: Stop);
            Assert.True(await watch.ResponseStream.MoveNext(Stop));
            Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, watch.ResponseStream.Current.Status);
        }
        Assert.True((await oip.ServerLiveAsync(new ServerLiveRequest(), cancellationToken: Stop)).Live);
        Assert.True((await oip.ServerReadyAsync(new ServerReadyRequest(), cancellationToken: Stop)).Ready);
        // What is no probe's is charged, whatever it is called.
        HealthCheckRequest large = new() { Service = new string('a', 10_000) };
        Assert.Equal(StatusCode.ResourceExhausted, (await Assert.ThrowsAsync<RpcException>(async () => await health.CheckAsync(large, cancellationToken: Stop))).StatusCode);

        budget.Return("127.0.0.1", 1000);
        budget.Return("192.0.2.1", (1 << 20) - 1000);
        await Eventually.HoldsAsync(() => budget.Held == 0);
    }

    /// <summary>What grows most when it is read, about a hundred thousand bytes of each, by the fields of ModelInferRequest.</summary>
    private static readonly Dictionary<string, byte[]> TinyFields = new()
    {
        ["inputs without anything"] = Repeat([0x2A, 0x00]),
        ["inputs with empty contents"] = Repeat([0x2A, 0x02, 0x2A, 0x00]),
        ["inputs with a field of a kind that it is not"] = Repeat([0x2A, 0x02, 0x08, 0x00]),
        ["outputs without anything"] = Repeat([0x32, 0x00]),
        ["raw tensors of one byte"] = Repeat([0x3A, 0x01, 0x61]),
        ["raw tensors of no byte"] = Repeat([0x3A, 0x00]),
        ["texts of one letter"] = Field(0x2A, Field(0x2A, Repeat([0x42, 0x01, 0x61]))),
        ["parameters without anything"] = Repeat([0x22, 0x00]),
        ["parameters of many names"] = [.. Enumerable.Range(0, 12_500).SelectMany(i => Field(0x22, Field(0x0A, Encoding.ASCII.GetBytes($"{i}"))))],
        ["numbers of one byte, packed"] = Field(0x2A, Field(0x1A, new byte[100_000])),
        ["numbers of one byte, each a field"] = Field(0x2A, Repeat([0x18, 0x00])),
        ["fields that nobody knows"] = [.. Enumerable.Range(1000, 25_000).SelectMany(number => (byte[])[.. Varint(number << 3), 0x00])],
        ["one field that nobody knows, often"] = Repeat([0xC0, 0x3E, 0x00]),
        ["groups that nobody knows"] = Repeat([0xC3, 0x3E, 0xC4, 0x3E]),
        ["bytes that nobody knows"] = Repeat([0xC2, 0x3E, 0x00]),
    };

    [Fact]
    public void What_a_message_takes_is_known_before_it_is_read()
    {
        foreach ((string name, byte[] message) in TinyFields)
        {
            // Servers of other tests may still be ending: what the message takes itself it takes in every round.
            long known = CostOf(message), taken = long.MaxValue;
            for (int round = 0; round < 5 && taken > known; round++)
            {
                long before = GC.GetTotalMemory(forceFullCollection: true);
                ModelInferRequest read = ModelInferRequest.Parser.ParseFrom(message);
                taken = Math.Min(taken, GC.GetTotalMemory(forceFullCollection: true) - before);
                GC.KeepAlive(read);
            }

            Assert.True(taken <= known, $"{name}: {taken} bytes, not {known}");
        }
    }

    [Fact]
    public async Task Messages_of_countless_tiny_fields_are_not_read()
    {
        await using LoopbackServerApp server = await StartAsync(("payload-limit", "105KiB"));
        foreach ((string name, byte[] message) in TinyFields)
        {
            (StatusCode status, string detail) = await CallAsync(server, Infer, Framed(message));

            Assert.True(status == (CostOf(message) > 420 << 10 ? StatusCode.ResourceExhausted : StatusCode.InvalidArgument), $"{name}: {status} {detail}");
            Assert.Equal(0, server.App.Services.GetRequiredService<RequestBodies>().HeldBytes);
        }
    }

    [Fact]
    public async Task What_is_honestly_large_is_read()
    {
        await using LoopbackServerApp server = await StartAsync(("payload-limit", "1MiB"), ("max-text-bytes", "2MiB"));
        EmbedRequest text = new() { Inputs = new string('a', 1_000_000) };
        ModelInferRequest ids = new() { ModelName = "nano", Inputs = { new ModelInferRequest.Types.InferInputTensor { Name = "input_ids", Datatype = "INT64", Shape = { 1, 100_000 }, Contents = new() } } };
        ids.Inputs[0].Contents.Int64Contents.AddRange(Enumerable.Repeat(30L, 100_000));

        // They are too long for the model, which nobody knows who has not read them.
        (StatusCode status, string detail) = await CallAsync(server, Embed, Framed(text.ToByteArray()));
        Assert.True(status == StatusCode.InvalidArgument, detail);
        (status, detail) = await CallAsync(server, Infer, Framed(ids.ToByteArray()));
        Assert.True(status == StatusCode.InvalidArgument, detail);
    }

    [Fact]
    public async Task Texts_that_wait_for_the_end_of_their_stream_are_charged_until_then()
    {
        await using LoopbackServerApp server = await StartAsync();
        RequestBodies bodies = server.App.Services.GetRequiredService<RequestBodies>();
        using HttpClient client = ClientOf(server);
        byte[] text = Framed(new RerankStreamRequest { Query = "a", Text = new string('b', 1000) }.ToByteArray());
        EndlessBody body = new([.. text, .. text, .. text]);

        Task<(StatusCode Status, string Detail)> call = CallAsync(client, "/tei.v1.Rerank/RerankStream", body, null);
        await Eventually.HoldsAsync(() => bodies.HeldBytes > 3 * 2000);
        body.End();
        (StatusCode status, string detail) = await call;

        Assert.True(status == StatusCode.FailedPrecondition, detail);
        await Eventually.HoldsAsync(() => bodies.HeldBytes == 0);
    }

    [Fact]
    public async Task A_stream_of_good_messages_goes_on_until_a_broken_one()
    {
        await using LoopbackServerApp server = await StartAsync();
        byte[] good = new EmbedRequest { Inputs = "a" }.ToByteArray();

        (StatusCode status, _) = await CallAsync(server, EmbedStream, [.. Framed(good), .. Framed(good), .. Framed([0x0A, 0x7F])]);

        Assert.Equal(StatusCode.InvalidArgument, status);
        Assert.Equal(0, server.App.Services.GetRequiredService<RequestBodies>().HeldBytes);
    }

    [Fact]
    public async Task Calls_that_there_are_not_and_headers_that_make_no_sense_are_refused()
    {
        await using LoopbackServerApp server = await StartAsync();
        byte[] message = Framed(new ModelInferRequest().ToByteArray());

        Assert.Equal(StatusCode.Unimplemented, (await CallAsync(server, "/inference.GRPCInferenceService/ModelConfig", message)).Status);
        Assert.Equal(StatusCode.Unimplemented, (await CallAsync(server, "/nobody.Knows/This", message)).Status);
        using HttpClient client = ClientOf(server);
        foreach (string timeout in (string[])["", "1", "S", "-1S", "123456789S", "1 S", "99999999H"])
        {
            using HttpRequestMessage request = RequestOf(Embed, new ByteArrayContent(Framed(new EmbedRequest { Inputs = "a" }.ToByteArray())), null);
            request.Headers.TryAddWithoutValidation("grpc-timeout", timeout);
            using HttpResponseMessage answer = await client.SendAsync(request, Stop);
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{timeout}: {answer.StatusCode}");
        }
    }

    private static long CostOf(byte[] message) => MessageCost.Of(new ReadOnlySequence<byte>(message), ModelInferRequest.Descriptor);

    private static byte[] Field(byte tag, byte[] content) => [tag, .. Varint(content.Length), .. content];

    private static byte[] Repeat(byte[] unit) => [.. Enumerable.Repeat(unit, 100_000 / unit.Length).SelectMany(bytes => bytes)];

    private static byte[] Varint(int value)
    {
        List<byte> bytes = [];
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        return [.. bytes, (byte)value];
    }

    private static Task<LoopbackServerApp> StartAsync(params (string, string)[] settings) => LoopbackServerApp.StartAsync([("grpc", "127.0.0.1:0"), .. settings]);

    private static HttpClient ClientOf(LoopbackServerApp server) => new()
    {
        BaseAddress = new Uri(server.App.Urls.Last()),
        DefaultRequestVersion = HttpVersion.Version20,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    private static byte[] Framed(byte[] message, bool isPacked = false)
    {
        byte[] framed = [(byte)(isPacked ? 1 : 0), 0, 0, 0, 0, .. message];
        BinaryPrimitives.WriteInt32BigEndian(framed.AsSpan(1), message.Length);
        return framed;
    }

    private static async Task<(StatusCode Status, string Detail)> CallAsync(LoopbackServerApp server, string path, byte[] body, string? encoding = null)
    {
        using HttpClient client = ClientOf(server);
        return await CallAsync(client, path, new ByteArrayContent(body), encoding);
    }

    private static HttpRequestMessage RequestOf(string path, HttpContent content, string? encoding)
    {
        HttpRequestMessage request = new(HttpMethod.Post, path) { Content = content, Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        if (encoding is not null)
            request.Headers.Add("grpc-encoding", encoding);
        return request;
    }

    private static async Task<(StatusCode Status, string Detail)> CallAsync(HttpClient client, string path, HttpContent content, string? encoding)
    {
        using HttpRequestMessage request = RequestOf(path, content, encoding);
        using HttpResponseMessage answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Stop);
        await answer.Content.ReadAsByteArrayAsync(Stop);
        HttpResponseHeaders status = answer.TrailingHeaders.Contains("grpc-status") ? answer.TrailingHeaders : answer.Headers;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        string detail = status.TryGetValues("grpc-message", out IEnumerable<string>? messages) ? string.Join(' ', messages) : "";
        return ((StatusCode)int.Parse(Assert.Single(status.GetValues("grpc-status")), System.Globalization.CultureInfo.InvariantCulture), detail);
    }

    /// <summary>A body that begins and then waits.</summary>
    private sealed class EndlessBody(byte[] beginning) : HttpContent
    {
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void End() => _end.TrySetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(beginning, Stop);
            await stream.FlushAsync(Stop);
            await _end.Task.WaitAsync(Stop);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
