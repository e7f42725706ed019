using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;

namespace AlbertNative.Checkpoints;

/// <summary>
/// An ONNX file: the initializers of its graph as tensors, mapped where they lie, and the nodes that use them.
/// What the tensors mean is for whoever knows the model to find out by following the nodes. Reading tensors is safe
/// from any number of threads; whoever opens a file disposes it.
/// </summary>
/// <remarks>Format: onnx.proto, https://github.com/onnx/onnx, IR versions 3 and later.</remarks>
public sealed class OnnxCheckpoint : IDisposable
{
    private readonly Dictionary<string, CheckpointTensor> _byName;
    private ImmutableArray<MappedFile> _files;

    internal OnnxCheckpoint(OnnxGraphParts parts, ImmutableArray<MappedFile> files)
    {
        Source = files[0].Path;
        Initializers = parts.Initializers;
        Nodes = parts.Nodes;
        Inputs = parts.Inputs;
        Outputs = parts.Outputs;
        _files = files;
        _byName = new Dictionary<string, CheckpointTensor>(Initializers.Count, StringComparer.Ordinal);
        foreach (CheckpointTensor tensor in Initializers)
        {
            if (!_byName.TryAdd(tensor.Name, tensor))
                throw new CheckpointFormatException(Source, $"initializer '{tensor.Name}' is there twice");
        }
    }

    /// <summary>The file that was opened.</summary>
    public string Source { get; }

    /// <summary>The constant tensors of the graph, in the order of the file.</summary>
    public IReadOnlyList<CheckpointTensor> Initializers { get; }

    /// <summary>The operations, in the order of the file, which ONNX asks to be an order of execution.</summary>
    public IReadOnlyList<OnnxNode> Nodes { get; }

    /// <summary>The graph's inputs; in old files the initializers are among them.</summary>
    public IReadOnlyList<OnnxValue> Inputs { get; }

    /// <summary>The graph's outputs.</summary>
    public IReadOnlyList<OnnxValue> Outputs { get; }

    /// <summary>Opens an <c>.onnx</c> file and the files of external data that it names, which must lie beside or below it.</summary>
    /// <exception cref="CheckpointFormatException">The file is damaged, hostile, or no ONNX model.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static OnnxCheckpoint Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        List<MappedFile> files = [MappedFile.Open(path)];
        try
        {
            using OnnxReader reader = new(files);
            return new OnnxCheckpoint(reader.Read(), [.. files]);
        }
        catch (Exception e)
        {
            files.ForEach(f => f.Dispose());
            if (e is InvalidProtocolBufferException)
                throw new CheckpointFormatException(path, $"not an ONNX model ({e.Message})", e);
            throw;
        }
    }

    /// <summary>Finds an initializer by its name.</summary>
    public bool TryGet(string name, [MaybeNullWhen(false)] out CheckpointTensor tensor) => _byName.TryGetValue(name, out tensor);

    /// <summary>
    /// Makes tensors of this file, renamed or transposed as need be, a checkpoint. The mapped files go over to it:
    /// from then on it is the one to dispose.
    /// </summary>
    /// <exception cref="CheckpointFormatException">Two of the tensors have the same name.</exception>
    public Checkpoint Detach(IEnumerable<CheckpointTensor> tensors)
    {
        Checkpoint checkpoint = new(Source, [.. tensors], ImmutableDictionary<string, string>.Empty, _files);
        _files = [];
        return checkpoint;
    }

    /// <summary>Unmaps the files, unless they have been handed on.</summary>
    public void Dispose()
    {
        foreach (MappedFile file in _files)
            file.Dispose();
    }
}

/// <summary>An input or output of a graph.</summary>
/// <param name="Name">The value's name.</param>
/// <param name="Rank">The number of its dimensions, where the file says.</param>
public sealed record OnnxValue(string Name, int? Rank);

/// <summary>What <see cref="OnnxReader"/> finds.</summary>
internal sealed record OnnxGraphParts(
    IReadOnlyList<CheckpointTensor> Initializers,
    IReadOnlyList<OnnxNode> Nodes,
    IReadOnlyList<OnnxValue> Inputs,
    IReadOnlyList<OnnxValue> Outputs);
