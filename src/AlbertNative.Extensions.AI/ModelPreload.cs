using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace AlbertNative.Extensions.AI;

/// <summary>A model that was added to the application.</summary>
/// <param name="Key">Its name; null for the default model.</param>
internal sealed record AddedModel(string? Key);

/// <summary>Loads what <see cref="AlbertOptions.LoadAtStartup"/> names before the host takes requests.</summary>
internal sealed class ModelPreload(
    IServiceProvider services, IEnumerable<AddedModel> models, IOptionsMonitor<AlbertOptions> options) : IHostedService
{
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            foreach (AddedModel model in models.Distinct())
            {
                foreach (Action<IServiceProvider, object?> load in options.Get(model.Key ?? Options.DefaultName).Startup)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    load(services, model.Key);
                }
            }
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
