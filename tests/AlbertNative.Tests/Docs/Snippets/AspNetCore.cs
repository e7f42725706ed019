using AlbertNative;
using AlbertNative.Extensions.AI;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace DocumentationSnippets;

internal static class AspNetCore
{
    public static async Task Application()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();

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
            await runner.RunAsync((tagger, cancelled) => tagger.Classify(text, cancellation: cancelled), stop));
    }

    public static async Task WithoutHost()
    {
        using TextEmbedder embedder = TextEmbedder.Load("weights/albert-nano.safetensors");
        using IEmbeddingGenerator<string, Embedding<float>> generator = new AlbertEmbeddingGenerator(embedder, "albert-nano");

        GeneratedEmbeddings<Embedding<float>> embeddings = await generator.GenerateAsync(["the king", "شاه"]);
        Console.WriteLine($"{embeddings.Count} vectors of {embeddings[0].Vector.Length}, {embeddings.Usage?.InputTokenCount} tokens");
    }
}
