using System.Net;
using AlbertNative.Server.Dialects.Grpc.Tei;
using AlbertNative.Server.Requests;
using AlbertNative.Tests.Model;
using Google.Protobuf;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;

namespace AlbertNative.Tests.Server;

/// <summary>
/// Floods over HTTP/2: what a connection can do in bad faith without ending a request. The server cuts it off or bears it, others are
/// answered meanwhile, and what it held is let go of.
/// </summary>
[Collection(AllocationTests.Alone)]
public sealed class Http2FloodTests
{
    private const string Embed = "/tei.v1.Embed/Embed", EmbedAll = "/tei.v1.Embed/EmbedAll";
    private const long MostBytes = 64 << 20;

    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Streams_that_are_reset_as_soon_as_they_are_opened_do_not_keep_others_waiting() => await FloodAsync(async connection =>
    {
        byte[] headers = Http2Connection.Post(Embed, "application/grpc");
        List<byte> frames = [];
        for (int stream = 1; stream < 20_000; stream += 2)
        {
            frames.AddRange(Http2Connection.Frame(Http2Frame.Headers, Http2Connection.EndHeaders, stream, headers));
            frames.AddRange(Http2Connection.Frame(Http2Frame.Reset, 0, stream, [0, 0, 0, 8]));
        }
        await connection.TryWriteAsync([.. frames]);
    });

    [Fact]
    public async Task Headers_that_never_end_are_cut_off()
    {
        await using LoopbackServerApp server = await StartAsync();
        using Http2Connection connection = await Http2Connection.ConnectAsync(EndPointOf(server));
        await connection.TryWriteAsync(Http2Connection.Frame(Http2Frame.Headers, 0, 1, Http2Connection.Post(Embed, "application/grpc")));
        byte[] more = Http2Connection.Frame(Http2Frame.Continuation, 0, 1, Http2Connection.HeaderBlock(("x", new string('a', 4000))));
        int written = 0;
        while (written < 1000 && await connection.TryWriteAsync(more))
            written++;

        List<Http2Frame> frames = await connection.ReadToEndAsync();

        Assert.True(written < 1000 || frames.Contains(Http2Frame.GoAway), "4 MB of headers were taken");
        await RequireAnswerAsync(server);
    }

    [Theory]
    [InlineData(1, 40_000)]
    [InlineData(200, 10)]
    public async Task Headers_that_are_too_long_or_too_many_are_refused(int count, int length)
    {
        await using LoopbackServerApp server = await StartAsync();
        using Http2Connection connection = await Http2Connection.ConnectAsync(EndPointOf(server));
        byte[] headers = [.. Http2Connection.Post(Embed, "application/grpc"), .. Http2Connection.HeaderBlock([.. Enumerable.Range(0, count).Select(i => ($"x-{i}", new string('a', length)))])];
        byte[][] parts = [.. headers.Chunk(16_000)];
        for (int i = 0; i < parts.Length; i++)
        {
            byte last = i == parts.Length - 1 ? Http2Connection.EndHeaders : (byte)0;
            await connection.TryWriteAsync(Http2Connection.Frame(i == 0 ? Http2Frame.Headers : Http2Frame.Continuation, last, 1, parts[i]));
        }

        // The connection, or the stream alone, is given up.
        Http2Frame[] ends = [Http2Frame.GoAway, Http2Frame.Reset, Http2Frame.Headers];
        bool isRefused = false;
        while (!isRefused)
            isRefused = await connection.ReadAsync() is not { } frame || ends.Contains(frame.Type);
        await RequireAnswerAsync(server);
    }

    [Theory]
    [InlineData("a\r\nset-cookie: b")]
    [InlineData("a\nb")]
    [InlineData("a\rb")]
    [InlineData("a\0b")]
    public async Task A_request_id_that_ends_its_line_is_never_sent_back(string id)
    {
        await using LoopbackServerApp server = await StartAsync();
        using Http2Connection connection = await Http2Connection.ConnectAsync(EndPointOf(server));
        byte[] message = new EmbedRequest { Inputs = "a" }.ToByteArray();
        byte[] headers = [.. Http2Connection.Post(Embed, "application/grpc"), .. Http2Connection.HeaderBlock(("x-request-id", id))];
        await connection.TryWriteAsync(Http2Connection.Frame(Http2Frame.Headers, Http2Connection.EndHeaders, 1, headers));
        await connection.TryWriteAsync(Http2Connection.Frame(Http2Frame.Data, Http2Connection.EndStream, 1, [0, 0, 0, 0, (byte)message.Length, .. message]));
        await connection.TryWriteAsync(Http2Connection.Frame(Http2Frame.Ping, 0, 0, new byte[8]));

        // Either it is refused, with its connection or alone, or it is replaced.
        while (await connection.ReadAsync() is { } frame && frame.Type is not (Http2Frame.GoAway or Http2Frame.Reset))
        {
            if (frame.Type != Http2Frame.Headers)
                continue;
            Assert.False(frame.Payload.AsSpan().IndexOf(System.Text.Encoding.Latin1.GetBytes(id)) >= 0, "the id was sent back");
            break;
        }
        await RequireAnswerAsync(server);
    }

    [Fact]
    public async Task More_streams_than_a_connection_may_have_are_refused_and_others_answered()
    {
        await using LoopbackServerApp server = await StartAsync(("http2-streams", "16"), ("body-rate", "0"));
        using Http2Connection connection = await Http2Connection.ConnectAsync(EndPointOf(server));
        byte[] headers = Http2Connection.Post(Embed, "application/grpc");
        for (int stream = 1; stream <= 2 * 32; stream += 2)
            await connection.TryWriteAsync(Http2Connection.Frame(Http2Frame.Headers, Http2Connection.EndHeaders, stream, headers));

        int refused = 0;
        while (refused < 16 && await connection.ReadAsync() is { } frame)
            refused += frame.Type == Http2Frame.Reset ? 1 : 0;

        Assert.Equal(16, refused);
        await RequireAnswerAsync(server);
    }

    [Fact]
    public async Task Pings_whose_answers_nobody_reads_are_not_kept() => await FloodAsync(async connection =>
    {
        byte[] pings = [.. Enumerable.Repeat(Http2Connection.Frame(Http2Frame.Ping, 0, 0, new byte[8]), 50_000).SelectMany(frame => frame)];
        for (int i = 0; i < 40 && await connection.TryWriteAsync(pings); i++)
        {
            // Until the server takes no more: it does not read on before its answers are read.
        }
    });

    [Fact]
    public async Task Settings_without_end_are_not_kept() => await FloodAsync(async connection =>
    {
        byte[] settings = [.. Enumerable.Repeat(Http2Connection.Frame(Http2Frame.Settings, 0, 0, [0, 4, 0, 0, 0xFF, 0xFF]), 50_000).SelectMany(frame => frame)];
        for (int i = 0; i < 40 && await connection.TryWriteAsync(settings); i++)
        {
        }
    });

    [Fact]
    public async Task Answers_that_may_not_be_sent_are_let_go_of_with_their_connection()
    {
        // Else the server itself gives up such a connection, before all are answered where that takes its time.
        await using LoopbackServerApp server = await StartAsync(("write-rate", "0"));
        long before = GC.GetTotalMemory(forceFullCollection: true);
        using (Http2Connection connection = await Http2Connection.ConnectAsync(EndPointOf(server), window: 0))
        {
            byte[] text = new EmbedAllRequest { Inputs = string.Join(' ', Enumerable.Repeat("hill", 300)) }.ToByteArray();
            byte[] message = [0, 0, 0, (byte)(text.Length >> 8), (byte)text.Length, .. text];
            byte[] headers = Http2Connection.Post(EmbedAll, "application/grpc");
            for (int stream = 1; stream < 200; stream += 2)
            {
                await connection.TryWriteAsync(Http2Connection.Frame(Http2Frame.Headers, Http2Connection.EndHeaders, stream, headers));
                await connection.TryWriteAsync(Http2Connection.Frame(Http2Frame.Data, Http2Connection.EndStream, stream, message));
            }
            int answered = 0;
            while (answered < 100 && await connection.ReadAsync() is { } frame)
                answered += frame.Type == Http2Frame.Headers ? 1 : 0;
            Assert.Equal(100, answered);
            await RequireAnswerAsync(server);
        }
        await RequireNothingHeldAsync(server, before);
    }

    [Theory]
    [InlineData((byte)0xFE, 0, new byte[0])] // a frame of a kind that nobody knows, on which nothing depends
    [InlineData((byte)Http2Frame.Data, 1, new byte[] { 1 })] // of a stream that is not open
    [InlineData((byte)Http2Frame.Headers, 2, new byte[] { 0x80 })] // a server's stream, and a header of index 0
    [InlineData((byte)Http2Frame.WindowUpdate, 0, new byte[] { 0, 0, 0, 0 })]
    [InlineData((byte)Http2Frame.WindowUpdate, 0, new byte[] { 0x7F, 0xFF, 0xFF, 0xFF })]
    [InlineData((byte)Http2Frame.Settings, 0, new byte[] { 1, 2, 3 })]
    [InlineData((byte)Http2Frame.Ping, 0, new byte[] { 1 })]
    [InlineData((byte)Http2Frame.Continuation, 1, new byte[] { 0 })]
    public async Task Frames_that_break_the_protocol_end_their_connection_alone(byte type, int stream, byte[] payload)
    {
        await using LoopbackServerApp server = await StartAsync();
        using Http2Connection connection = await Http2Connection.ConnectAsync(EndPointOf(server));
        await connection.TryWriteAsync(Http2Connection.Frame((Http2Frame)type, Http2Connection.EndHeaders, stream, payload));
        await connection.TryWriteAsync(Http2Connection.Frame(Http2Frame.Ping, 0, 0, new byte[8]));

        bool isOver = false, isAnswered = false;
        while (!isOver && !isAnswered)
        {
            if (await connection.ReadAsync() is not { } frame)
                isOver = true;
            else
                isAnswered = frame.Type == Http2Frame.Ping && frame.Flags == Http2Connection.Acknowledge;
        }
        Assert.Equal(type == 0xFE, isAnswered);
        await RequireAnswerAsync(server);
    }

    /// <summary>Floods a connection while others ask, and looks at what remains.</summary>
    private static async Task FloodAsync(Func<Http2Connection, Task> flood)
    {
        await using LoopbackServerApp server = await StartAsync();
        await RequireAnswerAsync(server);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        using (Http2Connection connection = await Http2Connection.ConnectAsync(EndPointOf(server)))
        {
            Task flooding = flood(connection);
            for (int i = 0; i < 20; i++)
                await RequireAnswerAsync(server);
            await flooding;
            await RequireAnswerAsync(server);
            Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, MostBytes);
        }
        await RequireNothingHeldAsync(server, before);
    }

    private static Task<LoopbackServerApp> StartAsync(params (string, string)[] settings) => LoopbackServerApp.StartAsync([("grpc", "127.0.0.1:0"), .. settings]);

    private static EndPoint EndPointOf(LoopbackServerApp server) => new IPEndPoint(IPAddress.Loopback, new Uri(server.App.Urls.Last()).Port);

    private static async Task RequireAnswerAsync(LoopbackServerApp server)
    {
        using GrpcChannel channel = GrpcChannel.ForAddress(server.App.Urls.Last());
        EmbedResponse response = await new Embed.EmbedClient(channel).EmbedAsync(new EmbedRequest { Inputs = "a" }, deadline: DateTime.UtcNow.AddMinutes(1), cancellationToken: Stop);
        Assert.Equal(192, response.Embeddings.Count);
    }

    private static async Task RequireNothingHeldAsync(LoopbackServerApp server, long before)
    {
        RequestBodies bodies = server.App.Services.GetRequiredService<RequestBodies>();
        await Eventually.HoldsAsync(() => bodies.HeldBytes == 0);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, MostBytes);
    }
}
