using AlbertNative.Serving;
using AlbertNative.Testing;

namespace AlbertNative.Tests.Serving;

public sealed class ResultCacheTests : IAsyncLifetime
{
    private readonly InferenceScheduler _scheduler = new();
    private ModelRegistry _registry = null!;
    private ModelLease _lease = null!;

    private static ServingClient Client { get; } = new(new ClientOptions { Name = "one" });

    private TaskOperation<string, float[]> Embedding => _lease.Model.Task<TextEmbedder>().Operation();

    public async ValueTask InitializeAsync()
    {
        _registry = new ModelRegistry(_scheduler);
        await _registry.LoadAsync("nano", ShippedModels.Nano, new ServedModelOptions { Verify = false });
        _lease = _registry.Acquire("nano")!;
    }

    public async ValueTask DisposeAsync()
    {
        _lease.Dispose();
        await _registry.DisposeAsync();
        await _scheduler.DisposeAsync();
    }

    [Fact]
    public async Task Identical_inputs_that_wait_are_computed_once()
    {
        ResultCache cache = new(_scheduler.Telemetry, capacity: 0);
        TaskCompletionSource gate = new();
        int computed = 0;

        Task<CachedResults<float[]>>[] asked = [.. Enumerable.Range(0, 5).Select(_ => AskAsync(cache, ["the king", "the king"], async inputs =>
        {
            Interlocked.Add(ref computed, inputs.Count);
            await gate.Task;
            return Compute(inputs);
        }))];
        gate.SetResult();
        CachedResults<float[]>[] results = await Task.WhenAll(asked);

        Assert.Equal(1, computed);
        Assert.All(results, result => Assert.All(result.Results, vector => Assert.Equal(Embedding.Run("the king"), vector)));
        Assert.Equal(1, results.Sum(result => result.Computed));
        Assert.Equal(0, cache.Bytes);
    }

    [Fact]
    public async Task Whoever_follows_one_that_fails_or_goes_computes_it_himself()
    {
        ResultCache cache = new(_scheduler.Telemetry, capacity: 0);
        TaskCompletionSource gate = new();
        Task<CachedResults<float[]>> first = AskAsync(cache, ["the king"], async _ =>
        {
            await gate.Task;
            throw new OperationCanceledException();
        });
        Task<CachedResults<float[]>> second = AskAsync(cache, ["the king"], inputs => Task.FromResult(Compute(inputs)));
        Assert.False(second.IsCompleted);

        gate.SetResult();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Equal((1, 1), ((await second).Computed, (await second).Misses));
    }

    [Fact]
    public async Task A_short_request_does_not_wait_for_a_long_one_that_asks_the_same_among_others()
    {
        ResultCache cache = new(_scheduler.Telemetry, capacity: 0);
        TaskCompletionSource gate = new();
        Task<CachedResults<float[]>> bulk = AskAsync(cache, ["the king", "and a great many other texts"], async inputs =>
        {
            await gate.Task;
            return Compute(inputs);
        });

        CachedResults<float[]> query = await AskAsync(cache, ["the king"], inputs => Task.FromResult(Compute(inputs)));

        Assert.False(bulk.IsCompleted);
        Assert.Equal(1, query.Computed);
        gate.SetResult();
        await bulk;
    }

    [Fact]
    public async Task A_follower_whose_client_goes_waits_no_more()
    {
        ResultCache cache = new(_scheduler.Telemetry, capacity: 0);
        TaskCompletionSource gate = new();
        Task<CachedResults<float[]>> first = AskAsync(cache, ["the king"], async inputs =>
        {
            await gate.Task;
            return Compute(inputs);
        });
        using CancellationTokenSource gone = new();
        Task<CachedResults<float[]>> second = AskAsync(cache, ["the king"], inputs => Task.FromResult(Compute(inputs)), gone.Token);
        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        gate.SetResult();
        Assert.Single((await first).Results);
    }

    [Fact]
    public async Task Another_version_has_other_results()
    {
        ResultCache cache = new(_scheduler.Telemetry, capacity: 1 << 20);
        await AskAsync(cache, ["the king"], inputs => Task.FromResult(Compute(inputs)));
        await _registry.LoadAsync("nano", ShippedModels.Tagger, new ServedModelOptions { Verify = false });
        _lease.Dispose();
        _lease = _registry.Acquire("nano")!;

        CachedResults<float[]> other = await AskAsync(cache, ["the king"], inputs => Task.FromResult(Compute(inputs)));

        Assert.Equal(0, other.Hits);
        Assert.Equal(Embedding.Run("the king"), other.Results[0]);
    }

    [Fact]
    public void A_store_holds_its_bytes_and_what_is_asked_for_often_stays()
    {
        const int Size = 1000, Most = 50_000;
        ResultStore store = new(Most);
        ResultKey often = new(1, 1);
        store.Put(often, new float[] { 1 }, Size);
        int evicted = 0;
        for (int i = 0; i < 10_000; i++)
        {
            evicted += store.Put(new ResultKey((UInt128)i, 2), new float[] { i }, Size);
            if (i % 20 == 0)
                Assert.NotNull(store.Find(often));
            Assert.InRange(store.Bytes, 0, Most);
        }
        Assert.NotNull(store.Find(often));
        Assert.InRange(evicted, 9_900, 10_000);
        Assert.Null(store.Find(new ResultKey(0, 2)));
        Assert.Equal(0, store.Put(new ResultKey(9, 9), new float[] { 1 }, Most + 1));
    }

    [Fact]
    public void A_store_agrees_with_a_plain_one()
    {
        // Whatever is found is what was put, and the bytes are those of what can be found.
        Random random = new(5);
        ResultStore store = new(20_000);
        Dictionary<ResultKey, object> put = [];
        for (int i = 0; i < 20_000; i++)
        {
            ResultKey key = new((UInt128)random.Next(60), 0);
            if (random.Next(2) == 0)
            {
                object result = put.TryGetValue(key, out object? before) && store.Find(key) is not null ? before : new float[1];
                store.Put(key, result, random.Next(100, 2000));
                put[key] = result;
            }
            else if (store.Find(key) is object found)
            {
                Assert.Same(put[key], found);
            }
        }
        Assert.InRange(store.Bytes, 1, 20_000);
    }

    private IReadOnlyList<float[]> Compute(IReadOnlyList<EncodedInput<string>> inputs)
    {
        using ComputedInputs<float[]> computed = Embedding.Compute(inputs);
        return [.. Enumerable.Range(0, inputs.Count).Select(computed.Finish)];
    }

    private Task<CachedResults<float[]>> AskAsync(
        ResultCache cache, string[] texts, Func<IReadOnlyList<EncodedInput<string>>, Task<IReadOnlyList<float[]>>> compute, CancellationToken gone = default)
    {
        TaskOperation<string, float[]> operation = Embedding;
        return cache.RunAsync(_lease.Model, Client, operation, [.. texts.Select(operation.Encode)], compute, gone);
    }
}
