using System.ClientModel;
using AlbertNative.Testing;
using Microsoft.Extensions.AI;
using OpenAI;
using OpenAI.Embeddings;

namespace AlbertNative.Tests.Server;

/// <summary>.NET's own client of OpenAI, unmodified, and Microsoft.Extensions.AI over it.</summary>
public sealed class DotNetClientTests
{
    [Fact]
    public async Task OpenAIs_client_gets_the_librarys_bits()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync();
        using TextEmbedder embedder = TextEmbedder.Load(ShippedModels.Nano, new EmbeddingOptions { Normalize = true });
        EmbeddingClient client = ClientOf(server, "nano");

        OpenAIEmbeddingCollection vectors = await client.GenerateEmbeddingsAsync(["the king", "شاه"], cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(embedder.Embed("the king"), vectors[0].ToFloats().ToArray());
        Assert.Equal(embedder.Embed("شاه"), vectors[1].ToFloats().ToArray());
        Assert.True(vectors.Usage.InputTokenCount > 0);
    }

    [Fact]
    public async Task Its_exceptions_say_what_is_wrong()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync();

        ClientResultException unknown = await Assert.ThrowsAsync<ClientResultException>(
            () => ClientOf(server, "other").GenerateEmbeddingAsync("a", cancellationToken: TestContext.Current.CancellationToken));
        ClientResultException tooLong = await Assert.ThrowsAsync<ClientResultException>(
            () => ClientOf(server, "nano").GenerateEmbeddingAsync(string.Join(' ', Enumerable.Repeat("hill", 600)), cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal(404, unknown.Status);
        Assert.Contains("no model of this name is served", unknown.Message, StringComparison.Ordinal);
        Assert.Contains("the model takes at most", tooLong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Microsofts_embedding_generator_works_over_it()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync();
        using IEmbeddingGenerator<string, Embedding<float>> generator = ClientOf(server, "nano").AsIEmbeddingGenerator();

        GeneratedEmbeddings<Embedding<float>> embeddings = await generator.GenerateAsync(["a", "b"], cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal([192, 192], embeddings.Select(embedding => embedding.Vector.Length));
    }

    private static EmbeddingClient ClientOf(LoopbackServerApp server, string model) => new(
        model, new ApiKeyCredential("none"), new OpenAIClientOptions { Endpoint = new Uri(server.Address, "/v1") });
}
