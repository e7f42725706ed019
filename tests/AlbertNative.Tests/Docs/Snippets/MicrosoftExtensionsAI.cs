using System.Diagnostics;
using AlbertNative;
using AlbertNative.Extensions.AI;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DocumentationSnippets;

internal static class MicrosoftExtensionsAI
{
    public static async Task Pipeline()
    {
        // In place of OpenTelemetry's AddSource("MyApplication.Embeddings").
        using ActivityListener listener = new()
        {
            ShouldListenTo = source => source.Name == "MyApplication.Embeddings",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = span => Console.WriteLine($"span: {span.DisplayName}"),
        };
        ActivitySource.AddActivityListener(listener);

        using TextEmbedder embedder = TextEmbedder.Load("weights/albert-nano.safetensors");
        int computed = 0;
        embedder.BatchCompleted += batch => computed += batch.Inputs;

        IDistributedCache storage = new MemoryDistributedCache(Options.Create(new MemoryDistributedCacheOptions()));
        using IEmbeddingGenerator<string, Embedding<float>> generator = new AlbertEmbeddingGenerator(embedder, "albert-nano")
            .AsBuilder()
            .UseOpenTelemetry(sourceName: "MyApplication.Embeddings")
            .UseDistributedCache(storage, cache => cache.CacheKeyAdditionalValues = ["albert-nano"])
            .Build();

        await generator.GenerateAsync(["the king", "شاه"]);
        await generator.GenerateAsync(["the king", "the servants"]);
        Console.WriteLine($"{computed} of 4 texts were computed");
    }

    public static async Task Services()
    {
        ServiceCollection services = new();
        services.AddLogging();
        services.AddDistributedMemoryCache();
        services.AddAlbert(options => options.ModelPath = "weights/albert-nano.safetensors");
        services.AddKeyedEmbeddingGenerator("cached", provider => provider.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>())
            .UseOpenTelemetry()
            .UseDistributedCache(configure: cache => cache.CacheKeyAdditionalValues = ["albert-nano"]);

        await using ServiceProvider provider = services.BuildServiceProvider();
        var generator = provider.GetRequiredKeyedService<IEmbeddingGenerator<string, Embedding<float>>>("cached");
        Console.WriteLine((await generator.GenerateVectorAsync("the king")).Length);
        Console.WriteLine(generator.GetService<EmbeddingGeneratorMetadata>()?.ProviderName);
    }
}
