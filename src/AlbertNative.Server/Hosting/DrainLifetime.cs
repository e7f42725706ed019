using System.Runtime.InteropServices;
using AlbertNative.Server.Configuration;
using AlbertNative.Serving;

namespace AlbertNative.Server.Hosting;

/// <summary>
/// Ends the server so that no request is lost: at SIGTERM it says that it is not ready and asks connections to close, but answers
/// on; after <c>drain-delay</c>, when every balancer knows, it stops accepting and finishes what it has; what is left after
/// <c>drain-timeout</c> is told to go elsewhere. A second signal does not wait.
/// </summary>
internal sealed class DrainLifetime : IHostLifetime, IDisposable
{
    /// <summary>What is still waited for when somebody is in a hurry: answers that are being written.</summary>
    private static readonly TimeSpan HurryMargin = TimeSpan.FromSeconds(2);

    private readonly ServerState _state;
    private readonly ServerOptions _options;
    private readonly IHostApplicationLifetime _application;
    private readonly InferenceScheduler _scheduler;
    private readonly TimeProvider _time;
    private readonly List<PosixSignalRegistration> _signals = [];
    private readonly TaskCompletionSource _stopping = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _hurry = new();
    private readonly CancellationTokenRegistration _registration;
    private int _count;

    public DrainLifetime(
        ServerState state, ServerOptions options, IHostApplicationLifetime application, InferenceScheduler scheduler, TimeProvider time)
    {
        _state = state;
        _options = options;
        _application = application;
        _scheduler = scheduler;
        _time = time;
        _registration = application.ApplicationStopping.Register(() => _stopping.TrySetResult());
    }

    /// <summary>Ends when nothing more is to be accepted.</summary>
    public Task Stopping => _stopping.Task;

    /// <summary>Cuts off whoever does not read his answer.</summary>
    public CancellationToken Hurry => _hurry.Token;

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal));
        _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _signals.ForEach(signal => signal.Dispose());
        _registration.Dispose();
        _hurry.Dispose();
    }

    private void OnSignal(PosixSignalContext signal)
    {
        signal.Cancel = true;
        bool isFirst = Interlocked.Increment(ref _count) == 1;
        _state.BeginDrain();
        _ = Task.Run(isFirst ? EndAsync : EndNowAsync);
    }

    private async Task EndAsync()
    {
        await Task.Delay(_options.DrainDelay, _time).ConfigureAwait(false);
        _application.StopApplication();
        await Task.Delay(_options.DrainTimeout, _time).ConfigureAwait(false);
        await _scheduler.DrainAsync(TimeSpan.Zero).ConfigureAwait(false);
    }

    private async Task EndNowAsync()
    {
        _application.StopApplication();
        _hurry.CancelAfter(HurryMargin);
        await _scheduler.DrainAsync(TimeSpan.Zero).ConfigureAwait(false);
    }
}
