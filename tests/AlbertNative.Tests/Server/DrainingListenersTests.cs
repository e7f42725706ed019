using System.Net;
using System.Net.Sockets;
using AlbertNative.Server.Configuration;
using AlbertNative.Server.Hosting;
using AlbertNative.Tests.Serving;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace AlbertNative.Tests.Server;

/// <summary>What a drained server does with those who connect while it stops listening.</summary>
public sealed class DrainingListenersTests
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    private readonly SimulatedClock _clock = new();
    private readonly ServerState _state = new(null!, null!);

    [Fact]
    public async Task Who_was_connected_before_is_accepted_and_has_time_for_a_request()
    {
        await using IConnectionListener listener = await BindAsync(TimeSpan.FromSeconds(5));
        using Socket client = await ConnectAsync(listener);
        _state.BeginDrain();

        Task unbinding = listener.UnbindAsync(Stop).AsTask();
        await using ConnectionContext? connection = await listener.AcceptAsync(Stop);

        Assert.NotNull(connection);
        // Its time is the clock's, which stands.
        Assert.False(unbinding.IsCompleted);
        await WithTimeAsync(unbinding);
    }

    [Fact]
    public async Task Who_comes_later_finds_nobody()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux connects nobody more to a socket that listens");
        await using IConnectionListener listener = await BindAsync(TimeSpan.FromSeconds(5));
        _state.BeginDrain();

        // Closed before it first waits; who asks now does so again after a second.
        Task unbinding = listener.UnbindAsync(Stop).AsTask();
        Task<Socket> late = ConnectAsync(listener);
        await WithTimeAsync(unbinding);

        Assert.Equal(SocketError.ConnectionRefused, (await Assert.ThrowsAsync<SocketException>(() => late)).SocketErrorCode);
    }

    [Fact]
    public async Task A_server_that_drains_without_a_delay_does_not_wait()
    {
        await using IConnectionListener listener = await BindAsync(TimeSpan.Zero);
        using Socket client = await ConnectAsync(listener);
        _state.BeginDrain();

        await listener.UnbindAsync(Stop);
    }

    [Fact]
    public async Task Who_is_in_a_hurry_does_not_wait()
    {
        await using IConnectionListener listener = await BindAsync(TimeSpan.FromSeconds(5));
        using Socket client = await ConnectAsync(listener);
        _state.BeginDrain();

        await listener.UnbindAsync(new CancellationToken(canceled: true));
    }

    private async Task<IConnectionListener> BindAsync(TimeSpan drainDelay) => await new DrainingListeners(
        Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance, _state, new ServerOptions { DrainDelay = drainDelay }, _clock)
        .BindAsync(new IPEndPoint(IPAddress.Loopback, 0), Stop);

    private static async Task<Socket> ConnectAsync(IConnectionListener listener)
    {
        Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.EndPoint, Stop);
        return client;
    }

    private async Task WithTimeAsync(Task task)
    {
        await Eventually.HoldsAsync(() =>
        {
            _clock.Advance(1);
            _clock.Ring();
            return task.IsCompleted;
        });
        await task;
    }
}
