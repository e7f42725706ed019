using System.Numerics.Tensors;

namespace AlbertNative;

/// <summary>
/// Finds the texts that mean most nearly what a query asks: their vectors are compared with the query's, every one of them, so
/// that the result is exact. Of texts only the best are kept in memory.
/// </summary>
/// <param name="embedder">What makes the vectors; queries and texts with the prompts that the model has for the two.</param>
public sealed class TextSearch(TextEmbedder embedder)
{
    private readonly TextEmbedder _embedder = embedder ?? throw new ArgumentNullException(nameof(embedder));

    /// <summary>The best of a stream of texts for a query, best first; of equal ones, the earlier.</summary>
    /// <exception cref="ArgumentException">The query or a text has too many tokens.</exception>
    public IReadOnlyList<SearchHit> Search(
        string query, IEnumerable<string> texts, int topK = 10, CancellationToken cancellationToken = default) =>
        Search([EmbedQuery(query, cancellationToken)], texts, topK, cancellationToken)[0];

    /// <summary>The best of a stream of texts for each of several queries, which are answered in one run over the texts.</summary>
    /// <param name="queries">The queries' vectors (<see cref="EmbedQueries"/>).</param>
    /// <param name="texts">The texts, read once.</param>
    /// <param name="topK">How many texts for each.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <exception cref="ArgumentException">A text has too many tokens.</exception>
    public IReadOnlyList<IReadOnlyList<SearchHit>> Search(
        IReadOnlyList<float[]> queries, IEnumerable<string> texts, int topK, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentOutOfRangeException.ThrowIfLessThan(topK, 1);
        TopHits[] best = [.. queries.Select(_ => new TopHits(topK))];
        long index = 0;
        foreach ((string text, float[] vector) in EmbedTexts(texts, cancellationToken))
        {
            for (int query = 0; query < best.Length; query++)
                best[query].Offer(index, text, (float)_embedder.Similarity(queries[query], vector));
            index++;
        }
        return [.. best.Select(hits => (IReadOnlyList<SearchHit>)[.. hits.Take().Select(hit => new SearchHit(hit.Index, hit.Text!, hit.Score))])];
    }

    /// <summary>The best texts of an index for a query, best first; of equal ones, the earlier.</summary>
    /// <exception cref="ArgumentException">The query has too many tokens, or the index is of another model.</exception>
    public IReadOnlyList<SearchHit> Search(string query, VectorIndex index, int topK = 10, CancellationToken cancellationToken = default)
    {
        Require(index);
        return index.Search([EmbedQuery(query, cancellationToken)], topK, cancellationToken: cancellationToken)[0];
    }

    /// <summary>A query's vector.</summary>
    /// <exception cref="ArgumentException">The query has too many tokens.</exception>
    public float[] EmbedQuery(string query, CancellationToken cancellationToken = default) =>
        _embedder.Embed(query, EmbeddingRequest.Query, cancellationToken);

    /// <summary>The queries' vectors: lazily, in order, many in one pass.</summary>
    /// <exception cref="ArgumentException">When a query's turn comes that has too many tokens.</exception>
    public IEnumerable<float[]> EmbedQueries(IEnumerable<string> queries, CancellationToken cancellationToken = default) =>
        _embedder.Embed(queries, EmbeddingRequest.Query, cancellationToken);

    /// <summary>Texts with the vectors that an index has of them: lazily, in order, many in one pass.</summary>
    /// <exception cref="ArgumentException">When a text's turn comes that has too many tokens.</exception>
    public IEnumerable<(string Text, float[] Vector)> EmbedTexts(IEnumerable<string> texts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return Stream();

        IEnumerable<(string, float[])> Stream()
        {
            // Those that wait for their vectors: a pass's worth.
            Queue<string> waiting = new();
            foreach (float[] vector in _embedder.Embed(texts.Select(Keep), EmbeddingRequest.Document, cancellationToken))
                yield return (waiting.Dequeue(), vector);

            string Keep(string text)
            {
                waiting.Enqueue(text);
                return text;
            }
        }
    }

    /// <summary>Writes an index of texts, in bounded memory.</summary>
    /// <param name="texts">The texts, read once.</param>
    /// <param name="path">The file; replaced where it exists, when the index is complete.</param>
    /// <param name="cancellationToken">Stops it; nothing is then left.</param>
    /// <exception cref="ArgumentException">A text has too many tokens.</exception>
    /// <exception cref="InvalidOperationException">There is no text.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void WriteIndex(IEnumerable<string> texts, string path, CancellationToken cancellationToken = default)
    {
        using VectorIndexWriter writer = new(path, _embedder);
        foreach ((string text, float[] vector) in EmbedTexts(texts, cancellationToken))
            writer.Add(text, vector);
        writer.Complete(cancellationToken);
    }

    /// <summary>Refuses an index whose vectors are not this model's: comparing them would have no meaning.</summary>
    /// <exception cref="ArgumentException">It is one.</exception>
    public void Require(VectorIndex index)
    {
        ArgumentNullException.ThrowIfNull(index);
        float[] probe = ProbeOf(_embedder);
        if (index.Dimension != probe.Length)
            throw new ArgumentException($"the index has vectors of {index.Dimension} numbers, the model makes {probe.Length}: it is another model's", nameof(index));
        double cosine = TensorPrimitives.CosineSimilarity<float>(probe, index.Probe);
        if (!(cosine >= VectorIndexFormat.LeastProbeCosine) || index.SimilarityFunction != _embedder.SimilarityFunction)
            throw new ArgumentException("the index has been made by another model, or with other settings: make it anew", nameof(index));
    }

    /// <summary>What a model's vectors are known by.</summary>
    internal static float[] ProbeOf(TextEmbedder embedder)
    {
        // However long a text the model takes, and whatever it does with longer ones.
        TextEmbedder truncating = embedder.Truncating();
        return truncating.Embed(VectorIndexFormat.ProbeText, EmbeddingRequest.Document);
    }
}
