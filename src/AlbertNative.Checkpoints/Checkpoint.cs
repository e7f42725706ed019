using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace AlbertNative.Checkpoints;

/// <summary>
/// The named tensors of one model, whatever the container: safetensors, PyTorch or TensorFlow 1, one file or shards. The
/// files are memory-mapped and validated when opened (structure, names, types, shapes and extents; of TensorFlow's, checksums).
/// Reading is safe from any number of threads; whoever opens a checkpoint disposes it.
/// </summary>
public sealed class Checkpoint : IDisposable
{
    private readonly Dictionary<string, CheckpointTensor> _byName;

    internal Checkpoint(
        string source,
        ImmutableArray<CheckpointTensor> tensors,
        IReadOnlyDictionary<string, string> metadata,
        ImmutableArray<MappedFile> files)
    {
        Source = source;
        Tensors = tensors;
        Metadata = metadata;
        Files = files;
        _byName = new Dictionary<string, CheckpointTensor>(tensors.Length, StringComparer.Ordinal);
        foreach (CheckpointTensor tensor in tensors)
        {
            if (!_byName.TryAdd(tensor.Name, tensor))
                throw new CheckpointFormatException(source, $"tensor '{tensor.Name}' is there twice");
        }
    }

    /// <summary>The file that was opened; of a sharded checkpoint, its index.</summary>
    public string Source { get; }

    /// <summary>Every file that was read: <see cref="Source"/>, and a sharded checkpoint's shards.</summary>
    public IReadOnlyList<string> FilePaths => [.. Files.Select(file => file.Path).Prepend(Source).Distinct(StringComparer.Ordinal)];

    /// <summary>Every tensor, in the order of the file; of shards, one after the other.</summary>
    public IReadOnlyList<CheckpointTensor> Tensors { get; }

    /// <summary>
    /// The <c>__metadata__</c> of a safetensors file; of shards, the entries on which all of them agree; empty for
    /// other files.
    /// </summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The mapped files; a sharded checkpoint takes those of its shards over.</summary>
    internal ImmutableArray<MappedFile> Files { get; private set; }

    /// <summary>
    /// Opens a file (<c>.safetensors</c>, a PyTorch <c>.bin</c>, the <c>.index.json</c> of shards, or the <c>.index</c> or
    /// another file of a TensorFlow 1 checkpoint, or what their names begin with) or a directory that holds one. A
    /// directory's <c>model.safetensors</c> is preferred, then <c>model.safetensors.index.json</c>,
    /// <c>pytorch_model.bin</c>, <c>pytorch_model.bin.index.json</c>, and a TensorFlow checkpoint: the one that its file
    /// <c>checkpoint</c> names, the only one there is, or that of a TensorFlow 1 SavedModel.
    /// </summary>
    /// <param name="path">The file or directory.</param>
    /// <exception cref="CheckpointFormatException">What is there is damaged, hostile or not supported.</exception>
    /// <exception cref="FileNotFoundException">There is neither a file nor a directory of that name.</exception>
    public static Checkpoint Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!BitConverter.IsLittleEndian)
            throw new PlatformNotSupportedException("checkpoints are read on little-endian machines only");
        return CheckpointContainer.Open(path);
    }

    /// <summary>
    /// The file that <see cref="Open"/> opens: the path itself, the index of a TensorFlow checkpoint by any of its files,
    /// or what a directory holds; null where there is none.
    /// </summary>
    /// <exception cref="CheckpointFormatException">A directory holds several TensorFlow checkpoints, or half of one.</exception>
    public static string? Find(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return CheckpointContainer.Find(path);
    }

    /// <summary>
    /// Makes tensors of this checkpoint, renamed or transposed as need be, another one, with the same metadata. The mapped
    /// files go over to it: from then on it is the one to dispose.
    /// </summary>
    /// <exception cref="CheckpointFormatException">Two of the tensors have the same name.</exception>
    public Checkpoint Detach(IEnumerable<CheckpointTensor> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        Checkpoint checkpoint = new(Source, [.. tensors], Metadata, Files);
        Files = [];
        return checkpoint;
    }

    /// <summary>
    /// Makes one checkpoint of this one's tensors and some of another's, with the metadata of this one. The mapped files of both
    /// go over to it: from then on it is the one to dispose.
    /// </summary>
    /// <param name="other">Where the further tensors come from.</param>
    /// <param name="isTaken">Which of them.</param>
    /// <exception cref="CheckpointFormatException">Two of the tensors have the same name; both checkpoints are as before.</exception>
    public Checkpoint Join(Checkpoint other, Predicate<CheckpointTensor> isTaken)
    {
        ArgumentNullException.ThrowIfNull(other);
        ArgumentNullException.ThrowIfNull(isTaken);
        Checkpoint checkpoint = new(Source, [.. Tensors, .. other.Tensors.Where(tensor => isTaken(tensor))], Metadata, [.. Files, .. other.Files]);
        (Files, other.Files) = ([], []);
        return checkpoint;
    }

    /// <summary>Finds a tensor by its exact name.</summary>
    public bool TryGet(string name, [MaybeNullWhen(false)] out CheckpointTensor tensor) => _byName.TryGetValue(name, out tensor);

    /// <summary>
    /// Unmaps the files. Tensors throw <see cref="ObjectDisposedException"/> from then on; spans of mapped memory
    /// that nothing pins must no longer be used.
    /// </summary>
    public void Dispose()
    {
        foreach (MappedFile file in Files)
            file.Dispose();
    }
}
