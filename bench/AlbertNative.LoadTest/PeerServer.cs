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

/// <summary>albert-serve with ONNX Runtime, or with nothing, in the place of its engine: the same wire, JSON, tokenizer and limits.</summary>
internal static class PeerServer
{
    /// <summary>The engine that computes nothing.</summary>
    public const string None = "none";

    /// <summary>Its answer to everything: normalised, and as wide as albert-nano's.</summary>
    private static readonly float[] Constant = [.. Enumerable.Repeat(0.0721687836f, 192)];

    /// <summary>Serves until a signal.</summary>
    /// <param name="engine">p1, p2, p3, ours or none; behind a colon, the file of a peer's model.</param>
    /// <param name="settings">NAME=VALUE of the server.</param>
    /// <param name="http">Where it listens.</param>
    public static async Task<int> RunAsync(string engine, string[] settings, string http)
    {
        OptionsReader reader = new();
        reader.SetFromCommandLine(Settings.Find("http")!, [http]);
        foreach (string[] pair in settings.Select(setting => setting.Split('=', 2)))
            reader.SetFromCommandLine(Settings.Find(pair[0])!, [pair[1]]);
        string[] parts = engine.Split(':', 2);
        using PeerQueue? queue = parts[0] is "ours" or None ? null : new PeerQueue(Enum.Parse<PeerBatching>(parts[0], ignoreCase: true), parts[1]);
        await using WebApplication app = AlbertServer.Build(reader.Build(), services: services =>
        {
            if (parts[0] != "ours")
                services.AddSingleton<ScheduledInference>(provider => new PeerInference(
                    provider.GetRequiredService<InferenceScheduler>(), provider.GetRequiredService<ResultCache>(), provider.GetRequiredService<SharedQuotas>(), queue));
        });
        await app.RunAsync();
        return 0;
    }

    /// <param name="scheduler">The server's.</param>
    /// <param name="cache">The server's.</param>
    /// <param name="quotas">The server's.</param>
    /// <param name="queue">What computes; null where nothing does, and every text has the same vector.</param>
    private sealed class PeerInference(InferenceScheduler scheduler, ResultCache cache, SharedQuotas quotas, PeerQueue? queue)
        : ScheduledInference(scheduler, cache, quotas)
    {
        public override async Task<IReadOnlyList<TResult>> RunAsync<TInput, TResult>(
            ServerRequest request, ServedModel model, TaskOperation<TInput, TResult> operation, IReadOnlyList<EncodedInput<TInput>> inputs)
        {
            float[][] vectors = queue is null
                ? [.. inputs.Select(_ => Constant)]
                : await Task.WhenAll(inputs.Select(input => queue.EmbedAsync(input.Windows[0].InputIds)));
            return (IReadOnlyList<TResult>)(object)vectors;
        }
    }
}
