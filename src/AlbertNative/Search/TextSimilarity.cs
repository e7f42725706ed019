namespace AlbertNative;

/// <summary>Compares texts by the similarity of their vectors (<see cref="TextEmbedder.SimilarityFunction"/>).</summary>
/// <param name="embedder">What makes the vectors.</param>
public sealed class TextSimilarity(TextEmbedder embedder)
{
    private readonly TextEmbedder _embedder = embedder ?? throw new ArgumentNullException(nameof(embedder));

    /// <summary>How alike two texts are; larger is more alike.</summary>
    /// <exception cref="ArgumentException">A text has too many tokens.</exception>
    public float Compare(string first, string second, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        return CompareAll([first, second], cancellationToken)[0][1];
    }

    /// <summary>How alike each two of some texts are: a row for each text, with a number for each.</summary>
    /// <exception cref="ArgumentException">A text has too many tokens.</exception>
    public float[][] CompareAll(IReadOnlyList<string> texts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return Matrix([.. _embedder.Embed(texts, cancellationToken: cancellationToken)]);
    }

    /// <summary>The same for each of many lists of texts: lazily, in order, many texts in one pass.</summary>
    /// <exception cref="ArgumentException">When a list's turn comes, one of whose texts has too many tokens.</exception>
    public IEnumerable<float[][]> CompareAll(IEnumerable<IReadOnlyList<string>> lists, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(lists);
        return GroupedStream.Run(lists, list => list, texts => _embedder.Embed(texts, cancellationToken: cancellationToken))
            .Select(list => Matrix(list.Results));
    }

    /// <summary>
    /// The texts in the order of their vectors' similarity to the query's, best first; equal ones in the order in which they are
    /// given. Faster than a <see cref="Reranker"/>, which reads each text together with the query, and less exact.
    /// </summary>
    /// <param name="query">The query, embedded as <see cref="EmbeddingRequest.Query"/>.</param>
    /// <param name="texts">The texts, embedded as <see cref="EmbeddingRequest.Document"/>.</param>
    /// <param name="topK">How many to return; null for all.</param>
    /// <param name="cancellationToken">Stops the computation.</param>
    /// <exception cref="ArgumentException">The query or a text has too many tokens.</exception>
    public IReadOnlyList<RankedText> Rank(
        string query, IReadOnlyList<string> texts, int? topK = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(texts);
        int count = topK ?? int.MaxValue;
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1, nameof(topK));
        float[] wanted = _embedder.Embed(query, EmbeddingRequest.Query, cancellationToken);
        float[] scores = [.. _embedder.Embed(texts, EmbeddingRequest.Document, cancellationToken).Select(vector => (float)_embedder.Similarity(wanted, vector))];
        return RankedText.Best(texts, scores, count);
    }

    private float[][] Matrix(float[][] vectors) =>
        Array.ConvertAll(vectors, row => Array.ConvertAll(vectors, column => (float)_embedder.Similarity(row, column)));
}
