using AlbertNative.Server.Models;

namespace AlbertNative.Server.Hosting;

/// <summary>Opens the models while the port already answers; a model that cannot be opened ends the server.</summary>
internal sealed partial class ModelLoading(
    ServedModels models, IHostApplicationLifetime application, ILogger<ModelLoading> logger) : BackgroundService
{
    /// <summary>Why the models could not be opened; null where they could.</summary>
    public Exception? Failure { get; private set; }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await models.LoadAsync((spec, e) => LogLeftOut(logger, spec.Name, e.Message), stoppingToken).ConfigureAwait(false);
            LogReady(logger, models.All.Count);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server ends before it was ready.
        }
        catch (Exception e)
        {
            Failure = e;
            LogFailure(logger, e.Message);
            application.StopApplication();
        }
    }

    [LoggerMessage(LogLevel.Information, "ready: {Models} models are loaded")]
    private static partial void LogReady(ILogger logger, int models);

    [LoggerMessage(LogLevel.Error, "model {Model} of the repository is left out: {Reason}")]
    private static partial void LogLeftOut(ILogger logger, string model, string reason);

    [LoggerMessage(LogLevel.Critical, "a model cannot be loaded: {Reason}")]
    private static partial void LogFailure(ILogger logger, string reason);
}
