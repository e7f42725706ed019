using System.Runtime.InteropServices;
using AlbertNative.Server.Configuration;

namespace AlbertNative.Server.Hosting;

/// <summary>
/// Ends the server so that no request is lost: at SIGTERM it says that it is not ready and asks connections to close, but answers
/// on; after <c>drain-delay</c>, when every balancer knows, it stops accepting and finishes what it has. A second signal does not wait.
/// </summary>
internal sealed class DrainLifetime(ServerState state, ServerOptions options, IHostApplicationLifetime application, TimeProvider time)
    : IHostLifetime, IDisposable
{
    private readonly List<PosixSignalRegistration> _signals = [];
    private int _count;

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal));
        _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _signals.ForEach(signal => signal.Dispose());

    private void OnSignal(PosixSignalContext signal)
    {
        signal.Cancel = true;
        bool isFirst = Interlocked.Increment(ref _count) == 1;
        state.BeginDrain();
        _ = isFirst ? StopLaterAsync() : Task.Run(application.StopApplication);
    }

    private async Task StopLaterAsync()
    {
        await Task.Delay(options.DrainDelay, time).ConfigureAwait(false);
        application.StopApplication();
    }
}
