using System.Text;
using AlbertNative.Checkpoints;

namespace AlbertNative;

/// <summary>
/// Texts and their vectors in a file, searched by comparing a query with every one of them: exact, at the speed of memory. The
/// file is mapped, and read a few rows at a time. Any number of threads may search one.
/// </summary>
public sealed class VectorIndex : IDisposable
{
    // Of 384 numbers, some 600 kB.
    private const int RowsAtOnce = 400;

    private readonly Checkpoint _file;
    private readonly CheckpointTensor _vectors;
    private readonly CheckpointTensor _texts;
    private readonly CheckpointTensor _ends;

    private VectorIndex(Checkpoint file)
    {
        _file = file;
        string? version = file.Metadata.GetValueOrDefault(VectorIndexFormat.VersionKey);
        if (version != VectorIndexFormat.Version)
            throw Fault(version is null ? "is no index of texts" : $"{VectorIndexFormat.VersionKey} is '{version}', expected '{VectorIndexFormat.Version}'");
        string similarity = file.Metadata.GetValueOrDefault(VectorIndexFormat.SimilarityKey, "");
        SimilarityFunction = SentenceTransformerConfig.SimilarityOf(similarity) ?? throw Fault($"the similarity '{similarity}' is not supported");
        _vectors = Tensor(VectorIndexFormat.Vectors, TensorType.F32, dimensions: 2);
        _ends = Tensor(VectorIndexFormat.TextEnds, TensorType.I64, dimensions: 1);
        _texts = Tensor(VectorIndexFormat.Texts, TensorType.U8, dimensions: 1);
        CheckpointTensor probe = Tensor(VectorIndexFormat.Probe, TensorType.F32, dimensions: 1);
        if (_ends.ElementCount != Count)
            throw Fault($"{_ends} does not fit {_vectors}");
        if (Count == 0 || _vectors.Shape[1] is < 1 or > int.MaxValue / sizeof(float) / RowsAtOnce || probe.ElementCount != Dimension)
            throw Fault($"{_vectors} and {probe} are no vectors of one length");
        Probe = new float[Dimension];
        probe.CopyTo(Probe);
        RequireTexts();
    }

    /// <summary>The number of texts.</summary>
    public long Count => _vectors.Shape[0];

    /// <summary>The length of their vectors.</summary>
    public int Dimension => (int)_vectors.Shape[1];

    /// <summary>What vectors are compared by.</summary>
    public SimilarityFunction SimilarityFunction { get; }

    /// <summary>The vector that the index's model has made of a text that all indices share.</summary>
    internal float[] Probe { get; }

    /// <summary>Opens an index.</summary>
    /// <exception cref="CheckpointFormatException">The file is no index, or a damaged one.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static VectorIndex Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!File.Exists(path))
            throw new FileNotFoundException($"there is no index {path}", path);
        Checkpoint file = Checkpoint.Open(path);
        try
        {
            return new(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The texts whose vectors are most alike to each query's, best first; of equal ones, the earlier.</summary>
    /// <param name="queries">The queries' vectors, each [<see cref="Dimension"/>]: all are compared in one run over the file.</param>
    /// <param name="topK">How many texts for each.</param>
    /// <param name="progress">Told how many texts have been compared.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <exception cref="ArgumentException">A query is of another length.</exception>
    /// <exception cref="CheckpointFormatException">A vector of the file is not finite.</exception>
    public IReadOnlyList<IReadOnlyList<SearchHit>> Search(
        IReadOnlyList<float[]> queries, int topK, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentOutOfRangeException.ThrowIfLessThan(topK, 1);
        if (queries.FirstOrDefault(query => query.Length != Dimension) is float[] other)
            throw new ArgumentException($"a query's vector has {other.Length} numbers, the index's have {Dimension}", nameof(queries));

        TopHits[] best = [.. queries.Select(_ => new TopHits(topK))];
        float[] rows = new float[RowsAtOnce * Dimension];
        for (long first = 0; first < Count; first += RowsAtOnce)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count = (int)Math.Min(RowsAtOnce, Count - first);
            _vectors.CopyTo(first * Dimension, rows.AsSpan(0, count * Dimension));
            for (int row = 0; row < count; row++)
                Compare(first + row, rows.AsSpan(row * Dimension, Dimension), queries, best);
            progress?.Report(first + count);
        }
        return [.. best.Select(hits => (IReadOnlyList<SearchHit>)[.. hits.Take().Select(hit => new SearchHit(hit.Index, TextAt(hit.Index), hit.Score))])];
    }

    /// <summary>A text.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such text.</exception>
    public string TextAt(long index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((ulong)index, (ulong)Count, nameof(index));
        Span<long> bounds = stackalloc long[2];
        if (index > 0)
            _ends.CopyTo(index - 1, bounds);
        else
            _ends.CopyTo(0, bounds[1..]);
        byte[] bytes = new byte[bounds[1] - bounds[0]];
        _texts.CopyBytesTo(bounds[0], bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    private void Compare(long index, ReadOnlySpan<float> vector, IReadOnlyList<float[]> queries, TopHits[] best)
    {
        for (int query = 0; query < best.Length; query++)
        {
            float score = (float)SimilarityFunction.Of(queries[query], vector);
            if (!float.IsFinite(score))
                throw Fault($"{_vectors.Name}: the vector of text {index} cannot be compared, its numbers are not finite");
            best[query].Offer(index, null, score);
        }
    }

    private CheckpointTensor Tensor(string name, TensorType type, int dimensions) =>
        _file.TryGet(name, out CheckpointTensor? tensor) && tensor.Type == type && tensor.Shape.Length == dimensions
            ? tensor
            : throw Fault($"has no {name} of {type} in {dimensions} dimension(s)");

    // Every text is within the bytes, behind the one before it.
    private void RequireTexts()
    {
        long[] ends = new long[Math.Min(Count, 1 << 14)];
        long previous = 0;
        for (long first = 0; first < Count; first += ends.Length)
        {
            Span<long> part = ends.AsSpan(0, (int)Math.Min(ends.Length, Count - first));
            _ends.CopyTo(first, part);
            for (int i = 0; i < part.Length; i++)
            {
                if (part[i] < previous || part[i] - previous > Array.MaxLength)
                    throw Fault($"{_ends.Name}: text {first + i} ends at {part[i]}, before it begins, or is too long");
                previous = part[i];
            }
        }
        if (previous != _texts.ElementCount)
            throw Fault($"{_ends.Name}: the texts end at {previous}, {_texts.Name} has {_texts.ElementCount} bytes");
    }

    private CheckpointFormatException Fault(string problem) => new(_file.Source, problem);
}
