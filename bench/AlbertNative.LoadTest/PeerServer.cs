using AlbertNative.Server.Configuration;
using AlbertNative.Server.Hosting;
using AlbertNative.Server.Inference;
using AlbertNative.Server.Quotas;
using AlbertNative.Server.Requests;
using AlbertNative.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using ServedModel = AlbertNative.Server.Models.ServedModel;

namespace AlbertNative.LoadTest;

/// <summary>albert-serve with ONNX Runtime in the place of its engine: the same wire, JSON, tokenizer and limits.</summary>
internal static class PeerServer
{
    /// <summary>Serves until a signal.</summary>
    /// <param name="engine">p1, p2, p3 or ours; behind a colon, the file of a peer's model.</param>
    /// <param name="settings">NAME=VALUE of the server.</param>
    /// <param name="http">Where it listens.</param>
    public static async Task<int> RunAsync(string engine, string[] settings, string http)
    {
        OptionsReader reader = new();
        reader.SetFromCommandLine(Settings.Find("http")!, [http]);
        foreach (string[] pair in settings.Select(setting => setting.Split('=', 2)))
            reader.SetFromCommandLine(Settings.Find(pair[0])!, [pair[1]]);
        string[] parts = engine.Split(':', 2);
        using PeerQueue? queue = parts[0] == "ours" ? null : new PeerQueue(Enum.Parse<PeerBatching>(parts[0], ignoreCase: true), parts[1]);
        await using WebApplication app = AlbertServer.Build(reader.Build(), services: services =>
        {
            if (queue is not null)
                services.AddSingleton<ScheduledInference>(provider => new PeerInference(
                    provider.GetRequiredService<InferenceScheduler>(), provider.GetRequiredService<ResultCache>(), provider.GetRequiredService<SharedQuotas>(), queue));
        });
        await app.RunAsync();
        return 0;
    }

    private sealed class PeerInference(InferenceScheduler scheduler, ResultCache cache, SharedQuotas quotas, PeerQueue queue)
        : ScheduledInference(scheduler, cache, quotas)
    {
        public override async Task<IReadOnlyList<TResult>> RunAsync<TInput, TResult>(
            ServerRequest request, ServedModel model, TaskOperation<TInput, TResult> operation, IReadOnlyList<EncodedInput<TInput>> inputs)
        {
            float[][] vectors = await Task.WhenAll(inputs.Select(input => queue.EmbedAsync(input.Windows[0].InputIds)));
            return (IReadOnlyList<TResult>)(object)vectors;
        }
    }
}
