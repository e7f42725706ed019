using System.Net.Sockets;
using System.Text;
using AlbertNative.Server.Requests;
using AlbertNative.Testing;
using AlbertNative.Tests.Serving;
using Microsoft.Extensions.DependencyInjection;

namespace AlbertNative.Tests.Server;

/// <summary>Clients that ask for much and do not read it: what they hold is bounded, for as long as their request may take.</summary>
public sealed class SlowReaderTests
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_does_not_read_is_cut_off_at_the_end_of_the_requests_time_and_others_are_answered()
    {
        SimulatedClock clock = new();
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(
            services => services.AddSingleton<TimeProvider>(clock), ("request-timeout", "10min"), ("write-rate", "0"));
        RequestBodies bodies = server.App.Services.GetRequiredService<RequestBodies>();
        using Socket sleeper = await AskAsync(server);

        // Its answer is charged while it is written.
        await Eventually.HoldsAsync(() => bodies.HeldBytes > 1 << 20);
        Assert.Equal(200, (await server.PostAsync("/embed", """{"inputs":"a"}""")).Status);
        clock.Advance(600);
        clock.Ring();
        await Eventually.HoldsAsync(() => bodies.HeldBytes == 0);

        (int announced, long received) = await ReadToEndAsync(sleeper);
        Assert.True(announced > 8 << 20 && received < announced, $"{received} of {announced} bytes came");
    }

    [Fact]
    public async Task Answers_that_nobody_reads_have_a_limit_together_and_what_is_read_comes_whole()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(("max-buffered-bytes", "20MiB"), ("request-timeout", "10min"), ("write-rate", "0"));
        RequestBodies bodies = server.App.Services.GetRequiredService<RequestBodies>();
        using Socket sleeper = await AskAsync(server);
        await Eventually.HoldsAsync(() => bodies.HeldBytes > 1 << 20);

        RawAnswer refused = await server.PostAsync("/embed_all", Large);
        (int announced, long received) = await ReadToEndAsync(sleeper);

        Assert.Equal((429, true), (refused.Status, refused.Headers.ContainsKey("retry-after")));
        Assert.Equal(announced, received);
        Assert.Equal(200, (await server.PostAsync("/embed_all", Large)).Status);
        Assert.Equal(0, bodies.HeldBytes);
    }

    /// <summary>A request whose answer no socket's buffers hold: more than 8 MB.</summary>
    private static string Large { get; } = $$"""{"inputs":[{{string.Join(',', Enumerable.Range(0, 40).Select(i => $"\"{string.Join(' ', Enumerable.Repeat("hill", 120))} {i}\""))}}]}""";

    /// <summary>Asks, and does not read.</summary>
    private static async Task<Socket> AskAsync(LoopbackServerApp server)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync(server.EndPoint, Stop);
        byte[] body = Encoding.UTF8.GetBytes(Large);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"POST /embed_all HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {body.Length}\r\n\r\n"), Stop);
        await socket.SendAsync(body, Stop);
        return socket;
    }

    /// <summary>Reads what comes, and gives the bytes that the header announces and those that came behind it.</summary>
    private static async Task<(int Announced, long Received)> ReadToEndAsync(Socket socket)
    {
        using MemoryStream all = new();
        byte[] buffer = new byte[1 << 16];
        using CancellationTokenSource hang = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        hang.CancelAfter(TimeSpan.FromMinutes(1));
        try
        {
            for (int count; (count = await socket.ReceiveAsync(buffer, hang.Token)) > 0;)
                all.Write(buffer, 0, count);
        }
        catch (SocketException)
        {
            // Cut off.
        }
        string head = Encoding.ASCII.GetString(all.GetBuffer(), 0, (int)Math.Min(all.Length, 4096)).Split("\r\n\r\n")[0];
        string length = head.Split("\r\n").Single(line => line.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase));
        return (int.Parse(length["Content-Length: ".Length..], System.Globalization.CultureInfo.InvariantCulture), all.Length - head.Length - 4);
    }
}
