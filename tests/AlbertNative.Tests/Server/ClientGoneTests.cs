using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using AlbertNative.Server.Dialects.Grpc.Tei;
using AlbertNative.Server.Requests;
using AlbertNative.Server.Telemetry;
using AlbertNative.Serving;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AlbertNative.Tests.Server;

/// <summary>Clients that go before they have their answer: each is counted once, where it was, whatever it came by.</summary>
public sealed class ClientGoneTests
{
    private const string Ask = """{"inputs":"the king"}""", Line = "\"the king\"\n";

    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    private readonly RecordingLogger<RequestLog> _log = new();

    [Theory]
    [InlineData("/embed", "application/json", "{")]
    [InlineData("/api/embed", "application/x-ndjson", "\"the")]
    public async Task Who_goes_in_the_midst_of_his_body_is_counted_as_read(string path, string type, string beginning)
    {
        await using LoopbackServerApp server = await StartAsync();
        using MeterRecorder counts = RecorderOf(server);
        RequestBodies bodies = server.App.Services.GetRequiredService<RequestBodies>();
        using (Socket socket = await SendAsync(server, path, type, beginning, length: 100))
        {
            await Eventually.HoldsAsync(() => bodies.HeldBytes > 0);
            Reset(socket);
        }

        await EndsAsync(counts, "reading", path);
        Assert.Equal(0, counts["albertnative.refused reason=malformed"]);
    }

    [Theory]
    [InlineData("/embed", "application/json", Ask)]
    [InlineData("/api/embed", "application/x-ndjson", Line)]
    public async Task Who_goes_while_his_answer_is_written_is_counted_as_written_to(string path, string type, string body)
    {
        GatedResponse gate = new(path);
        await using LoopbackServerApp server = await StartAsync(gate);
        using MeterRecorder counts = RecorderOf(server);
        using (Socket socket = await SendAsync(server, path, type, body, body.Length))
        {
            await gate.Reached.WaitAsync(Stop);
            Reset(socket);
        }

        await EndsAsync(counts, "writing", path);
        Assert.Equal(1, counts["gen_ai.server.request.duration error.type=cancelled gen_ai.operation.name=embeddings gen_ai.request.model=nano"]);
        Assert.Equal(0, counts["albertnative.texts model=nano task=embeddings"]);
    }

    [Fact]
    public async Task Who_says_behind_his_request_that_he_sends_no_more_is_taken_for_gone()
    {
        GatedResponse gate = new("/embed");
        await using LoopbackServerApp server = await StartAsync(gate);
        using MeterRecorder counts = RecorderOf(server);
        using Socket socket = await SendAsync(server, "/embed", "application/json", Ask, Ask.Length);
        await gate.Reached.WaitAsync(Stop);
        socket.Shutdown(SocketShutdown.Send);

        await EndsAsync(counts, "writing", "/embed");
    }

    [Fact]
    public async Task A_call_whose_client_goes_before_its_message_is_whole_is_counted_as_read()
    {
        await using LoopbackServerApp server = await StartAsync();
        using MeterRecorder counts = RecorderOf(server);
        RequestBodies bodies = server.App.Services.GetRequiredService<RequestBodies>();
        using CancellationTokenSource gone = new();
        using PausingContent message = new([0, 0, 0, 1, 0, 0x0A]);
        Task call = CallAsync(server, "/tei.v1.Embed/Embed", message, gone.Token);
        await Eventually.HoldsAsync(() => bodies.HeldBytes > 0);
        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await Eventually.HoldsAsync(() => counts["albertnative.cancelled stage=reading"] == 1);
        Assert.Equal(1, Cancelled(counts));
    }

    [Theory]
    [InlineData("/tei.v1.Embed/Embed")]
    [InlineData("/tei.v1.Embed/EmbedStream")]
    public async Task A_call_whose_client_goes_while_its_answer_is_written_is_counted_as_written_to(string path)
    {
        GatedResponse gate = new(path);
        await using LoopbackServerApp server = await StartAsync(gate);
        using MeterRecorder counts = RecorderOf(server);
        using CancellationTokenSource gone = new();
        byte[] message = new EmbedRequest { Inputs = "a" }.ToByteArray();
        using ByteArrayContent content = new([0, 0, 0, 0, (byte)message.Length, .. message]);
        Task call = CallAsync(server, path, content, gone.Token);
        await gate.Reached.WaitAsync(Stop);
        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await Eventually.HoldsAsync(() => counts["albertnative.cancelled stage=writing"] == 1);
        Assert.Equal(1, Cancelled(counts));
    }

    private Task<LoopbackServerApp> StartAsync(GatedResponse? gate = null) => LoopbackServerApp.StartAsync(
        services =>
        {
            services.AddSingleton<ILogger<RequestLog>>(_log);
            gate?.AddTo(services);
        },
        ("grpc", "127.0.0.1:0"));

    private static MeterRecorder RecorderOf(LoopbackServerApp server) => new(
        server.App.Services.GetRequiredService<InferenceScheduler>().Telemetry.Meter, server.App.Services.GetRequiredService<ServerMetrics>().Meter);

    /// <summary>Waits for the request's line, which comes last, and looks whether it and the counts say where its client went.</summary>
    private async Task EndsAsync(MeterRecorder counts, string stage, string route)
    {
        await Eventually.HoldsAsync(() => _log.Lines.Any(line => line.Text.Contains($"route={route} ", StringComparison.Ordinal)));
        string written = Assert.Single(_log.Lines, line => line.Text.Contains($"route={route} ", StringComparison.Ordinal)).Text;

        Assert.Contains(" status=499 error= ", written, StringComparison.Ordinal);
        Assert.Contains($" cancelled_at={stage} ", written, StringComparison.Ordinal);
        Assert.Equal((1, 1), (counts[$"albertnative.cancelled stage={stage}"], Cancelled(counts)));
    }

    private static double Cancelled(MeterRecorder counts) =>
        counts.Sums.Where(sum => sum.Key.StartsWith("albertnative.cancelled ", StringComparison.Ordinal)).Sum(sum => sum.Value);

    /// <summary>Sends a request's head and the beginning of its body.</summary>
    private static async Task<Socket> SendAsync(LoopbackServerApp server, string path, string type, string body, int length)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server.EndPoint, Stop);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nhost: a\r\ncontent-type: {type}\r\ncontent-length: {length}\r\n\r\n{body}"), Stop);
        return socket;
    }

    private static void Reset(Socket socket) => socket.LingerState = new LingerOption(true, 0);

    private static async Task CallAsync(LoopbackServerApp server, string path, HttpContent content, CancellationToken gone)
    {
        using HttpClient client = new();
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(new Uri(server.App.Urls.Last()), path))
        {
            Content = content,
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        using HttpResponseMessage answer = await client.SendAsync(request, gone);
    }

    /// <summary>A body that begins and then waits for its cancellation.</summary>
    private sealed class PausingContent(byte[] beginning) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, Stop);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await stream.WriteAsync(beginning, cancellationToken);
            await stream.FlushAsync(cancellationToken);
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
