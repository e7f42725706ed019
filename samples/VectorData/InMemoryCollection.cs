using System.Linq.Expressions;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;

namespace AlbertNative.Samples.VectorData;

/// <summary>
/// A collection in memory that makes the vectors of its records' texts itself and compares a search with every one of them,
/// by the cosine of the angle. Thread-safe.
/// </summary>
/// <param name="name">The collection's name.</param>
/// <param name="generator">Makes the vectors; the caller keeps it.</param>
/// <param name="keyOf">A record's key.</param>
/// <param name="textOf">The text of a record that is searched.</param>
internal sealed class InMemoryCollection<TKey, TRecord>(
    string name, IEmbeddingGenerator<string, Embedding<float>> generator, Func<TRecord, TKey> keyOf, Func<TRecord, string> textOf)
    : VectorStoreCollection<TKey, TRecord>
    where TKey : notnull
    where TRecord : class
{
    private readonly Lock _lock = new();
    private Dictionary<TKey, (TRecord Record, ReadOnlyMemory<float> Vector)>? _entries;

    public override string Name => name;

    public override Task<bool> CollectionExistsAsync(CancellationToken cancellationToken = default)
    {
        lock (_lock)
            return Task.FromResult(_entries is not null);
    }

    public override Task EnsureCollectionExistsAsync(CancellationToken cancellationToken = default)
    {
        lock (_lock)
            _entries ??= [];
        return Task.CompletedTask;
    }

    public override Task EnsureCollectionDeletedAsync(CancellationToken cancellationToken = default)
    {
        lock (_lock)
            _entries = null;
        return Task.CompletedTask;
    }

    public override Task<TRecord?> GetAsync(TKey key, RecordRetrievalOptions? options = null, CancellationToken cancellationToken = default)
    {
        lock (_lock)
            return Task.FromResult(Existing.TryGetValue(key, out var entry) ? entry.Record : null);
    }

    public override async IAsyncEnumerable<TRecord> GetAsync(
        Expression<Func<TRecord, bool>> filter, int top, FilteredRecordRetrievalOptions<TRecord>? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        if (options?.OrderBy is not null)
            throw new NotSupportedException("records in memory have no order");
        foreach (var (record, _) in Snapshot(filter).Skip(options?.Skip ?? 0).Take(top))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return record;
        }
        await Task.CompletedTask;
    }

    public override Task DeleteAsync(TKey key, CancellationToken cancellationToken = default)
    {
        lock (_lock)
            Existing.Remove(key);
        return Task.CompletedTask;
    }

    public override Task UpsertAsync(TRecord record, CancellationToken cancellationToken = default) => UpsertAsync([record], cancellationToken);

    public override async Task UpsertAsync(IEnumerable<TRecord> records, CancellationToken cancellationToken = default)
    {
        TRecord[] all = [.. records];
        // One call for all of them: the texts go through the model together.
        GeneratedEmbeddings<Embedding<float>> vectors = await generator.GenerateAsync(all.Select(textOf), cancellationToken: cancellationToken);
        lock (_lock)
        {
            for (int i = 0; i < all.Length; i++)
                Existing[keyOf(all[i])] = (all[i], vectors[i].Vector);
        }
    }

    public override async IAsyncEnumerable<VectorSearchResult<TRecord>> SearchAsync<TInput>(
        TInput searchValue, int top, VectorSearchOptions<TRecord>? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        ReadOnlyMemory<float> wanted = searchValue switch
        {
            string text => (await generator.GenerateAsync([text], cancellationToken: cancellationToken))[0].Vector,
            Embedding<float> embedding => embedding.Vector,
            ReadOnlyMemory<float> vector => vector,
            float[] vector => vector,
            _ => throw new NotSupportedException($"a search is by a text or a vector, not by {typeof(TInput)}"),
        };
        IEnumerable<VectorSearchResult<TRecord>> results =
            from entry in Snapshot(options?.Filter)
            let similarity = (double)TensorPrimitives.CosineSimilarity(wanted.Span, entry.Vector.Span)
            where options?.ScoreThreshold is not double threshold || similarity >= threshold
            orderby similarity descending
            select new VectorSearchResult<TRecord>(entry.Record, similarity);
        foreach (VectorSearchResult<TRecord> result in results.Skip(options?.Skip ?? 0).Take(top))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return result;
        }
    }

    public override object? GetService(Type serviceType, object? serviceKey = null)
    {
        if (serviceKey is not null)
            return null;
        if (serviceType == typeof(VectorStoreCollectionMetadata))
            return new VectorStoreCollectionMetadata { VectorStoreSystemName = "memory", CollectionName = name };
        return serviceType.IsInstanceOfType(this) ? this : serviceType.IsInstanceOfType(generator) ? generator : null;
    }

    private Dictionary<TKey, (TRecord Record, ReadOnlyMemory<float> Vector)> Existing =>
        _entries ?? throw new VectorStoreException($"there is no collection '{name}'") { CollectionName = name };

    private (TRecord Record, ReadOnlyMemory<float> Vector)[] Snapshot(Expression<Func<TRecord, bool>>? filter)
    {
        Func<TRecord, bool>? matches = filter?.Compile();
        lock (_lock)
            return [.. Existing.Values.Where(entry => matches?.Invoke(entry.Record) ?? true)];
    }
}
