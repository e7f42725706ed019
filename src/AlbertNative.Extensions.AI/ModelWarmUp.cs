using System.Diagnostics;
using AlbertNative.Extensions.AI.Telemetry;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace AlbertNative.Extensions.AI;

/// <summary>
/// Does what <see cref="AlbertOptions.WarmUp"/> asks for while the host goes on. A model that fails is tried again: as long as
/// it is not healthy no request may come that would do it.
/// </summary>
internal sealed class ModelWarmUp(
    IServiceProvider services, IEnumerable<AddedModel> models, IOptionsMonitor<AlbertOptions> options, ILoggerFactory? loggers = null)
    : BackgroundService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private readonly ILogger _logger = loggers?.CreateLogger(AlbertTelemetry.Name) ?? NullLogger.Instance;

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(models.Distinct().Select(model => Task.Run(() => WarmUpAsync(model, stoppingToken), stoppingToken)));

    private async Task WarmUpAsync(AddedModel model, CancellationToken cancellationToken)
    {
        ModelState state = Keyed.Get<ModelState>(services, model.Key);
        AlbertOptions wanted = options.Of(model.Key);
        for (TimeSpan pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            long start = Stopwatch.GetTimestamp();
            try
            {
                foreach (Func<IServiceProvider, object?, CancellationToken, Task> warmUp in wanted.WarmUps)
                    await warmUp(services, model.Key, cancellationToken).ConfigureAwait(false);
                state.WarmedUp();
                if (wanted.WarmUps.Count > 0)
                    Log.WarmedUp(_logger, wanted.ModelPath, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                return;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                state.Failed(e);
                Log.WarmUpFailed(_logger, e, wanted.ModelPath, pause.TotalSeconds);
            }
            await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
        }
    }
}
