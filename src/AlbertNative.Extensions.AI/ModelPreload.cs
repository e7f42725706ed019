using AlbertNative.Hub;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace AlbertNative.Extensions.AI;

/// <summary>A model that was added to the application.</summary>
/// <param name="Key">Its name; null for the default model.</param>
internal sealed record AddedModel(string? Key)
{
    /// <summary>The error where no file or directory is at the model's place; null where one is, or where the hub may have it.</summary>
    public FileNotFoundException? Missing(AlbertOptions options)
    {
        string path = options.ModelPath;
        if (Path.Exists(path) || HubName.TryParse(path, out _))
            return null;
        string name = Key is null ? "the default model" : $"the model '{Key}'";
        return new($"{name} is to be loaded from {path}, where there is no file or directory", path);
    }
}

/// <summary>
/// Before the host takes requests, sees that every model is where its options say, and loads what
/// <see cref="AlbertOptions.LoadAtStartup"/> names.
/// </summary>
// A file that is not there yet is no fault of the options: without a host it may come before the model is used.
internal sealed class ModelPreload(
    IServiceProvider services, IEnumerable<AddedModel> models, IOptionsMonitor<AlbertOptions> options) : IHostedService
{
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            foreach (AddedModel model in models.Distinct())
            {
                if (model.Missing(options.Of(model.Key)) is { } missing)
                    throw missing;
            }
            foreach (AddedModel model in models.Distinct())
            {
                foreach (Action<IServiceProvider, object?> load in options.Of(model.Key).Startup)
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
