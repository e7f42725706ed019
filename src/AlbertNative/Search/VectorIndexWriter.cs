using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using AlbertNative.Checkpoints;

namespace AlbertNative;

/// <summary>
/// Writes texts and their vectors to a file that <see cref="VectorIndex"/> searches. Any number of them, in bounded memory: they
/// are collected beside the file, which appears under its name when it is complete.
/// </summary>
public sealed class VectorIndexWriter : IDisposable
{
    private readonly string _path;
    private readonly SimilarityFunction _similarity;
    private readonly float[] _probe;
    private readonly FileStream _vectors;
    private readonly FileStream _texts;
    private readonly FileStream _ends;

    /// <summary>Begins an index of a model's vectors.</summary>
    /// <param name="path">The file; replaced where it exists, when the index is complete.</param>
    /// <param name="embedder">What makes the vectors.</param>
    /// <exception cref="IOException">Nothing can be written there.</exception>
    public VectorIndexWriter(string path, TextEmbedder embedder)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(embedder);
        _path = Path.GetFullPath(path);
        if (Directory.Exists(_path))
            throw new IOException($"{path} is a directory, expected a file's name");
        _similarity = embedder.SimilarityFunction;
        _probe = TextSearch.ProbeOf(embedder);
        List<FileStream> opened = [];
        try
        {
            for (int i = 0; i < 3; i++)
                opened.Add(Spool());
        }
        catch
        {
            opened.ForEach(file => file.Dispose());
            throw;
        }
        (_vectors, _texts, _ends) = (opened[0], opened[1], opened[2]);
    }

    /// <summary>Texts added so far.</summary>
    public long Count { get; private set; }

    /// <summary>Adds a text with its vector.</summary>
    /// <exception cref="ArgumentException">The vector is not as long as the model's, or not finite.</exception>
    /// <exception cref="IOException">The disk is full.</exception>
    public void Add(string text, ReadOnlySpan<float> vector)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (vector.Length != _probe.Length)
            throw new ArgumentException($"a vector of {vector.Length}, expected {_probe.Length} as the model's", nameof(vector));
        foreach (float value in vector)
        {
            if (!float.IsFinite(value))
                throw new ArgumentException("a vector that is not finite", nameof(vector));
        }
        _vectors.Write(MemoryMarshal.AsBytes(vector));
        _texts.Write(Encoding.UTF8.GetBytes(text));
        Span<byte> end = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(end, _texts.Position);
        _ends.Write(end);
        Count++;
    }

    /// <summary>Puts the index in its place.</summary>
    /// <exception cref="InvalidOperationException">It has no text.</exception>
    /// <exception cref="IOException">The disk is full.</exception>
    /// <exception cref="OperationCanceledException">The caller has cancelled; nothing is then left.</exception>
    public void Complete(CancellationToken cancellationToken = default)
    {
        if (Count == 0)
            throw new InvalidOperationException("there is no text to index");
        SafetensorsWriter writer = new(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [VectorIndexFormat.VersionKey] = VectorIndexFormat.Version,
            [VectorIndexFormat.SimilarityKey] = SentenceTransformerConfig.NameOf(_similarity),
        });
        writer.Add(VectorIndexFormat.Vectors, TensorType.F32, [Count, _probe.Length], Copy(_vectors));
        writer.Add(VectorIndexFormat.Texts, TensorType.U8, [_texts.Position], Copy(_texts));
        writer.Add(VectorIndexFormat.TextEnds, TensorType.I64, [Count], Copy(_ends));
        writer.Add(VectorIndexFormat.Probe, TensorType.F32, [_probe.Length], _probe.AsMemory());
        writer.Save(_path, cancellationToken: cancellationToken);
    }

    /// <summary>Removes what was collected; an index that is complete stays.</summary>
    public void Dispose()
    {
        _vectors.Dispose();
        _texts.Dispose();
        _ends.Dispose();
    }

    private FileStream Spool() => new(
        $"{_path}.{Guid.NewGuid():N}.partial", FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);

    private static Action<Stream> Copy(FileStream spool) => destination =>
    {
        spool.Position = 0;
        spool.CopyTo(destination);
    };
}
