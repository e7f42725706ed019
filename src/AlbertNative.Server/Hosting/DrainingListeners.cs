using System.Net;
using System.Net.Sockets;
using AlbertNative.Server.Configuration;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace AlbertNative.Server.Hosting;

/// <summary>
/// Kestrel's sockets, which at the end of a drain stop listening without cutting off who has just come: a client is connected as soon as
/// the system has it, before the server has looked, and its first request may still be on its way. Who comes later finds nobody, and has
/// sent nothing. Where the system cannot be <see cref="ClosedToNewcomers">told to connect nobody more</see>, who is connected in the moment
/// between the last look and the closing is cut off, unanswered.
/// </summary>
internal sealed class DrainingListeners : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    /// <summary>The time that those who were connected last have for their first request, and before that the most for those that the system holds.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(1);

    private readonly SocketTransportFactory _sockets;
    private readonly Func<bool> _isGentle;
    private readonly TimeProvider _time;
    private Socket? _bound;

    public DrainingListeners(IOptions<SocketTransportOptions> sockets, ILoggerFactory loggers, ServerState state, ServerOptions options, TimeProvider time)
    {
        sockets.Value.CreateBoundListenSocket = endPoint => _bound = SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint);
        _sockets = new SocketTransportFactory(sockets, loggers);
        // Without a delay nobody has been asked to go, and idle connections are cut anyway.
        _isGentle = () => state.IsDraining && options.DrainDelay > TimeSpan.Zero;
        _time = time;
    }

    public bool CanBind(EndPoint endpoint) => _sockets.CanBind(endpoint);

    // Kestrel binds its addresses one after the other, and each binding makes one socket.
    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        IConnectionListener listener = await _sockets.BindAsync(endpoint, cancellationToken).ConfigureAwait(false);
        return new Listener(listener, _bound!, _isGentle, _time);
    }

    private sealed class Listener(IConnectionListener inner, Socket socket, Func<bool> isGentle, TimeProvider time) : IConnectionListener
    {
        public EndPoint EndPoint => inner.EndPoint;

        public ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) => inner.AcceptAsync(cancellationToken);

        public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            if (!isGentle())
            {
                await inner.UnbindAsync(cancellationToken).ConfigureAwait(false);
                return;
            }
            bool isClosed = ClosedToNewcomers.Apply(socket);
            if (isClosed)
                await WaitAsync(cancellationToken).ConfigureAwait(false);
            long started = time.GetTimestamp();
            while (socket.Poll(TimeSpan.Zero, SelectMode.SelectRead) && time.GetElapsedTime(started) < Grace && !cancellationToken.IsCancellationRequested)
                await Task.Delay(LookAgain, CancellationToken.None).ConfigureAwait(false);
            await inner.UnbindAsync(cancellationToken).ConfigureAwait(false);
            if (!isClosed)
                await WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();

        private async Task WaitAsync(CancellationToken cancellationToken) =>
            await Task.Delay(Grace, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
