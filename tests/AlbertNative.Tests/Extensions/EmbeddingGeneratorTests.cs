using AlbertNative.Extensions.AI;
using AlbertNative.Testing;
using Microsoft.Extensions.AI;

namespace AlbertNative.Tests.Extensions;

/// <summary>The embedder behind Microsoft.Extensions.AI's interface.</summary>
public sealed class EmbeddingGeneratorTests : IDisposable
{
    private readonly TextEmbedder _embedder = TextEmbedder.Load(ShippedModels.Nano);
    private readonly AlbertEmbeddingGenerator _generator;

    public EmbeddingGeneratorTests() => _generator = new(_embedder, "nano");

    public void Dispose()
    {
        _generator.Dispose();
        _embedder.Dispose();
    }

    [Fact]
    public async Task Gives_the_embedders_vectors_and_counts_their_tokens()
    {
        string[] texts = ["The king went up to Jerusalem.", "شاه به تهران رفت.", ""];
        GeneratedEmbeddings<Embedding<float>> embeddings =
            await _generator.GenerateAsync(texts, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(_embedder.Embed(texts), embeddings.Select(e => e.Vector.ToArray()));
        Assert.All(embeddings, e => Assert.Equal("nano", e.ModelId));
        int tokens = texts.Sum(text => _embedder.Tokenizer.Encode(text).Count);
        Assert.Equal(tokens, embeddings.Usage!.InputTokenCount);
        Assert.Equal(tokens, embeddings.Usage.TotalTokenCount);
    }

    [Fact]
    public async Task One_text_through_the_interfaces_own_extension()
    {
        IEmbeddingGenerator<string, Embedding<float>> generator = _generator;
        ReadOnlyMemory<float> vector = await generator.GenerateVectorAsync("king", cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(_embedder.Embed("king"), vector.ToArray());
    }

    [Fact]
    public async Task No_texts_give_no_vectors()
    {
        GeneratedEmbeddings<Embedding<float>> embeddings =
            await _generator.GenerateAsync([], cancellationToken: TestContext.Current.CancellationToken);
        Assert.Empty(embeddings);
        Assert.Equal(0, embeddings.Usage!.InputTokenCount);
    }

    [Fact]
    public void Tells_who_it_is()
    {
        EmbeddingGeneratorMetadata metadata = _generator.GetService<EmbeddingGeneratorMetadata>()!;
        Assert.Equal("albertnative", metadata.ProviderName);
        Assert.Equal("nano", metadata.DefaultModelId);
        Assert.Equal(192, metadata.DefaultModelDimensions);
        Assert.Same(_embedder, _generator.GetService(typeof(TextEmbedder)));
        Assert.Same(_generator, _generator.GetService(typeof(IEmbeddingGenerator)));
        Assert.Same(_generator, _generator.GetService(typeof(object)));
        Assert.Null(_generator.GetService(typeof(TextEmbedder), "key"));
        Assert.Null(_generator.GetService(typeof(string)));
    }

    [Fact]
    public async Task Refuses_what_the_model_cannot_give()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        ArgumentException dimensions = await Assert.ThrowsAsync<ArgumentException>(
            () => _generator.GenerateAsync(["king"], new() { Dimensions = 193 }, cancellationToken));
        Assert.Contains("192 dimensions, which cannot be cut to 193", dimensions.Message, StringComparison.Ordinal);
        Assert.Equal(64, (await _generator.GenerateAsync(["king"], new() { Dimensions = 64 }, cancellationToken))[0].Vector.Length);
        ArgumentException model = await Assert.ThrowsAsync<ArgumentException>(
            () => _generator.GenerateAsync(["king"], new() { ModelId = "other" }, cancellationToken));
        Assert.Contains("other", model.Message, StringComparison.Ordinal);
        await _generator.GenerateAsync(["king"], new() { ModelId = "nano", Dimensions = 192 }, cancellationToken);
        await Assert.ThrowsAsync<OverlongTextException>(
            () => _generator.GenerateAsync([string.Join(' ', Enumerable.Repeat("king", 500))], cancellationToken: cancellationToken));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => _generator.GenerateAsync(["king", null!], cancellationToken: cancellationToken));
    }

    [Fact]
    public async Task Stops_when_told_to()
    {
        using CancellationTokenSource stop = new();
        Task<GeneratedEmbeddings<Embedding<float>>> endless = _generator.GenerateAsync(
            Enumerable.Range(0, int.MaxValue).Select(i =>
            {
                if (i == 1000)
                    stop.Cancel();
                return "king";
            }),
            cancellationToken: stop.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => endless);
    }

    [Fact]
    public async Task Many_callers_get_the_bits_of_one()
    {
        string[] texts = [.. Enumerable.Range(0, 32).Select(i => $"the king of {i} cities")];
        float[][] expected = [.. _embedder.Embed(texts)];
        GeneratedEmbeddings<Embedding<float>>[] actual = await Task.WhenAll(
            texts.Select(text => _generator.GenerateAsync([text], cancellationToken: TestContext.Current.CancellationToken)));
        Assert.Equal(expected, actual.Select(e => e[0].Vector.ToArray()));
        Assert.Equal(texts.Select(text => (long?)_embedder.Tokenizer.Encode(text).Count), actual.Select(e => e.Usage!.InputTokenCount));
    }
}
