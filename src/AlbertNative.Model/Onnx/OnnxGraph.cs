using System.Diagnostics.CodeAnalysis;
using AlbertNative.Checkpoints;

namespace AlbertNative.Model.Onnx;

/// <summary>Questions about the nodes that lie between the weighted operations of a graph.</summary>
internal sealed class OnnxGraph
{
    private readonly Dictionary<string, OnnxNode> _producers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<OnnxNode>> _consumers = new(StringComparer.Ordinal);
    private readonly OnnxDataflow _flow;

    public OnnxGraph(OnnxCheckpoint file, OnnxDataflow flow)
    {
        _flow = flow;
        foreach (OnnxNode node in file.Nodes)
        {
            foreach (string output in node.Outputs.Where(o => o.Length > 0))
            {
                if (!_producers.TryAdd(output, node))
                    throw new CheckpointFormatException(file.Source, $"two nodes make the value '{output}'");
            }
            foreach (string input in node.Inputs)
            {
                if (!_consumers.TryGetValue(input, out List<OnnxNode>? readers))
                    _consumers.Add(input, readers = []);
                readers.Add(node);
            }
        }
    }

    /// <summary>The nodes that read a value.</summary>
    public IReadOnlyList<OnnxNode> Consumers(string value) => _consumers.GetValueOrDefault(value) ?? [];

    /// <summary>The node that makes a value, if one does.</summary>
    public bool TryGetProducer(string value, [MaybeNullWhen(false)] out OnnxNode node) => _producers.TryGetValue(value, out node);

    /// <summary>The nodes between two values: those that <paramref name="to"/> is computed by, back to <paramref name="from"/>.</summary>
    public List<OnnxNode> Between(IEnumerable<string> from, string to)
    {
        HashSet<string> seen = [.. from, to];
        List<OnnxNode> nodes = [];
        Queue<string> values = new([to]);
        while (values.TryDequeue(out string? value))
        {
            if (!_producers.TryGetValue(value, out OnnxNode? node))
                continue;
            nodes.Add(node);
            foreach (string input in node.Inputs)
            {
                if (seen.Add(input))
                    values.Enqueue(input);
            }
        }
        return nodes;
    }

    /// <summary>The first node of that operator among those that read a value, or that read what only passes it on.</summary>
    public OnnxNode? FindConsumer(string value, string opType)
    {
        HashSet<string> seen = [value];
        Queue<string> values = new([value]);
        while (values.TryDequeue(out string? current))
        {
            foreach (OnnxNode node in Consumers(current))
            {
                if (node.OpType == opType)
                    return node;
                if (node.OpType is "Identity" or "Cast" && seen.Add(node.Outputs[0]))
                    values.Enqueue(node.Outputs[0]);
            }
        }
        return null;
    }

    /// <summary>The one number that a value holds, as a float; null where it is no constant of one element.</summary>
    public float? Scalar(string value)
    {
        if (_flow.FindConstant(value) is not { ElementCount: 1, Type.IsFloatingPoint: true } constant)
            return null;
        Span<float> number = stackalloc float[1];
        constant.CopyTo(number);
        return number[0];
    }

    /// <summary>
    /// The last entry of a vector of integers that is a constant, or put together of pieces whose last is one; null
    /// where it depends on the input.
    /// </summary>
    public long? LastInteger(string value)
    {
        // A few steps of Concat and Unsqueeze, not a search: a graph may run in circles.
        for (int depth = 0; depth < 8; depth++)
        {
            if (_flow.FindConstant(value) is { ElementCount: > 0, Shape.Length: <= 1, Type.IsFloatingPoint: false } constant)
            {
                Span<long> last = stackalloc long[1];
                constant.CopyTo(constant.ElementCount - 1, last);
                return last[0];
            }
            if (!_producers.TryGetValue(value, out OnnxNode? node))
                return null;
            if (node.OpType == "Concat")
                value = node.Inputs[^1];
            else if (node.OpType is "Unsqueeze" or "Identity" or "Cast")
                value = node.Inputs[0];
            else
                return null;
        }
        return null;
    }
}
