using System.Net.Http.Json;
using AlbertNative;
using AlbertNative.Extensions.AI;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DocumentationSnippets;

internal static class AspNetCore
{
    public static async Task Application()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0"); // any free port
        builder.Logging.SetMinimumLevel(LogLevel.Warning);

        builder.Services.AddAlbert(options =>
        {
            options.ModelPath = "weights/albert-nano.safetensors";
            options.Embedding = new() { Normalize = true };
            options.LoadAtStartup<TextEmbedder>();
        });
        builder.Services.AddAlbert("tagger", options => options.ModelPath = "weights/albert-nano-fa-upos.safetensors");

        await using WebApplication app = builder.Build();

        app.MapPost("/embed", async (string[] texts, IEmbeddingGenerator<string, Embedding<float>> generator, CancellationToken stop) =>
            (await generator.GenerateAsync(texts, cancellationToken: stop)).Select(embedding => embedding.Vector));

        app.MapPost("/tag", async (string text, [FromKeyedServices("tagger")] AlbertRunner<TokenClassifier> runner, CancellationToken stop) =>
            await runner.RunAsync((tagger, cancelled) => tagger.Classify(text, cancellationToken: cancelled), stop));

        await app.StartAsync(); // where nothing follows: await app.RunAsync();

        using HttpClient client = new() { BaseAddress = new Uri(app.Urls.Single()) };
        using HttpResponseMessage embedded = await client.PostAsJsonAsync("/embed", new[] { "the king", "شاه" });
        float[][]? vectors = await embedded.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<float[][]>();
        Console.WriteLine($"{vectors?.Length} vectors of {vectors?[0].Length}");

        using HttpResponseMessage tagged = await client.PostAsync($"/tag?text={Uri.EscapeDataString("شاه به تهران رفت")}", content: null);
        Entity[]? words = await tagged.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<Entity[]>();
        Console.WriteLine(string.Join(' ', words?.Select(word => word.Label) ?? []));
    }

    public static async Task Health()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0"); // any free port
        builder.Logging.SetMinimumLevel(LogLevel.Warning);

        builder.Services.AddAlbert("tagger", options =>
        {
            options.ModelPath = "weights/albert-nano-fa-upos.safetensors";
            options.WarmUp<TokenClassifier>();
        });
        builder.Services.AddHealthChecks().AddAlbert(tags: ["ready"]);

        await using WebApplication app = builder.Build();
        app.MapHealthChecks("/ready", new() { Predicate = check => check.Tags.Contains("ready") });
        app.MapPost("/tag", async (string text, [FromKeyedServices("tagger")] AlbertRunner<TokenClassifier> runner, CancellationToken stop) =>
            await runner.RunAsync((tagger, cancelled) => tagger.Classify(text, cancellationToken: cancelled), stop));
        await app.StartAsync();

        // At once: the request waits for the warm-up.
        using HttpClient client = new() { BaseAddress = new Uri(app.Urls.Single()) };
        using HttpResponseMessage tagged = await client.PostAsync($"/tag?text={Uri.EscapeDataString("شاه به تهران رفت")}", content: null);
        Console.WriteLine(tagged.StatusCode);

        // What a balancer does: it sends no requests before the answer is "Healthy" (200), not "Unhealthy" (503).
        while (await client.GetAsync("/ready") is { IsSuccessStatusCode: false })
            await Task.Delay(50);
        Console.WriteLine(await client.GetStringAsync("/ready"));
    }

    public static async Task WithoutHost()
    {
        using TextEmbedder embedder = TextEmbedder.Load("weights/albert-nano.safetensors");
        using IEmbeddingGenerator<string, Embedding<float>> generator = new AlbertEmbeddingGenerator(embedder, "albert-nano");

        GeneratedEmbeddings<Embedding<float>> embeddings = await generator.GenerateAsync(["the king", "شاه"]);
        Console.WriteLine($"{embeddings.Count} vectors of {embeddings[0].Vector.Length}, {embeddings.Usage?.InputTokenCount} tokens");
    }
}
