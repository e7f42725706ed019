using System.Collections.Immutable;
using AlbertNative.Checkpoints;

namespace AlbertNative.Model.Onnx;

/// <summary>
/// One pass over a graph, in its order: constants are folded as far as weights need it, weighted operations become
/// <see cref="OnnxPart"/>s, and every other value is known by what it was computed from. What an exporter makes of
/// reshapes, masks, activations and softmaxes in between then does not matter.
/// </summary>
internal sealed class OnnxDataflow
{
    // More origins than any value of an ALBERT has; it bounds what a hostile graph can make of its values.
    private const int MaxOrigins = 16;

    private readonly string _path;
    private readonly List<OnnxPart> _parts = [];
    private readonly Dictionary<string, CheckpointTensor> _constants = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ImmutableArray<OnnxOrigin>> _origins = new(StringComparer.Ordinal);
    private readonly HashSet<CheckpointTensor> _used = [];

    /// <summary>Products with a constant matrix that still wait for their bias, and scaled values of a LayerNorm.</summary>
    private readonly Dictionary<string, (OnnxPartKind Kind, OnnxNode Node, string Input, CheckpointTensor Weight)> _open =
        new(StringComparer.Ordinal);

    private OnnxDataflow(string path) => _path = path;

    /// <summary>The weighted operations, in the order of the graph.</summary>
    public IReadOnlyList<OnnxPart> Parts => _parts;

    /// <summary>Follows a graph from its inputs to its outputs.</summary>
    /// <exception cref="CheckpointFormatException">It has operations that cannot be taken back to a float model's weights.</exception>
    public static OnnxDataflow Follow(OnnxCheckpoint file)
    {
        OnnxDataflow flow = new(file.Source);
        foreach (CheckpointTensor tensor in file.Initializers)
            flow._constants[tensor.Name] = tensor;
        for (int i = 0; i < file.Inputs.Count; i++)
        {
            if (!flow._constants.ContainsKey(file.Inputs[i].Name))
                flow._origins[file.Inputs[i].Name] = [new OnnxOrigin(~i, ProductSide.None, IsSoftmaxed: false)];
        }
        foreach (OnnxNode node in file.Nodes)
            flow.Visit(node);
        flow.CheckLeftovers(file);
        return flow;
    }

    /// <summary>The constant of that name, where the value is one.</summary>
    public CheckpointTensor? FindConstant(string value) => _constants.GetValueOrDefault(value);

    private void Visit(OnnxNode node)
    {
        OnnxOperators.Check(_path, node);
        if (TryFoldConstant(node) || TryOpenPart(node) || TryCompletePart(node))
            return;
        ImmutableArray<OnnxOrigin> origins = node.OpType switch
        {
            "Shape" or "Size" or "ConstantOfShape" => [],
            "MatMul" => Union(node, [.. Origins(node, 0).Select(o => Enter(o, ProductSide.Left))],
                [.. Origins(node, 1).Select(o => Enter(o, ProductSide.Right))]),
            "Softmax" => [.. Origins(node, 0).Select(o => o with { IsSoftmaxed = true }).Distinct()],
            _ => node.Inputs.Aggregate(ImmutableArray<OnnxOrigin>.Empty, (all, input) => Union(node, all, Origins(node, input))),
        };
        foreach (string output in node.Outputs)
            _origins[output] = origins;
    }

    private static OnnxOrigin Enter(OnnxOrigin origin, ProductSide side) =>
        origin.Side == ProductSide.None ? origin with { Side = side } : origin;

    // Identity stands for a shared tensor, Cast for one stored in another type, Transpose for a Linear's own weight.
    private bool TryFoldConstant(OnnxNode node)
    {
        if (node.Outputs is not [var output])
            return false;
        if (node.OpType == "Constant")
        {
            if (node.FindAttribute("value")?.Tensor is { } value)
                _constants[output] = value;
            else
                _origins[output] = [];
            return true;
        }
        if (node.Inputs is not [var input] || FindConstant(input) is not { } constant)
            return false;
        switch (node.OpType)
        {
            case "Identity":
            case "Cast" when constant.Type.IsFloatingPoint:
                _constants[output] = constant;
                return true;
            case "Transpose" when constant.Shape.Length == 2 && OnnxOperators.IsMatrixTranspose(node):
                Use(constant);
                _constants[output] = constant.Transpose(constant.Name.Length > 0 ? constant.Name : output);
                return true;
            default:
                return false;
        }
    }

    private bool TryOpenPart(OnnxNode node)
    {
        if (node.Inputs is not [var first, var second] || node.Outputs is not [var output])
            return false;
        if (node.OpType == "MatMul" && FindMatrix(second) is { } matrix && FindConstant(first) is null)
        {
            _open[output] = (OnnxPartKind.Linear, node, first, matrix);
            return true;
        }
        if (node.OpType == "Mul" && FindVector(node, out string value) is { } scale)
        {
            _open[output] = (OnnxPartKind.Norm, node, value, scale);
            return true;
        }
        return false;
    }

    private bool TryCompletePart(OnnxNode node)
    {
        switch (node.OpType)
        {
            case "Gather" when FindMatrix(node.Inputs[0]) is { } table:
                Complete(OnnxPartKind.Embedding, node, node.Inputs[1], table, null);
                return true;
            case "Gemm" when node.Inputs.Length >= 2 && FindMatrix(node.Inputs[1]) is { } matrix:
                if (node.Inputs.Length != 3 || FindConstant(node.Inputs[2]) is not { } offset || !OnnxOperators.IsLinear(node))
                    throw Error($"{node.OpType} '{node.Name}' is not a linear layer with a bias");
                Complete(OnnxPartKind.Linear, node, node.Inputs[0], matrix, offset, !OnnxOperators.HasFlag(node, "transB"));
                return true;
            case "LayerNormalization":
                if (node.Inputs is not [var input, var scale, var shift]
                    || FindConstant(scale) is not { } weight || FindConstant(shift) is not { } normBias)
                {
                    throw Error($"LayerNormalization '{node.Name}' has no constant scale and bias");
                }
                Complete(OnnxPartKind.Norm, node, input, weight, normBias,
                    epsilon: node.FindAttribute("epsilon")?.Float ?? OnnxOperators.DefaultEpsilon);
                return true;
            case "Add" when FindVector(node, out string value, least: 1) is { } bias && _open.Remove(value, out var open):
                Complete(open.Kind, node, open.Input, open.Weight, bias, isTransposed: open.Kind == OnnxPartKind.Linear);
                return true;
            default:
                return false;
        }
    }

    private void Complete(
        OnnxPartKind kind, OnnxNode node, string input, CheckpointTensor weight, CheckpointTensor? bias,
        bool isTransposed = false, float? epsilon = null)
    {
        OnnxPart part = new()
        {
            Index = _parts.Count,
            Kind = kind,
            Name = node.Name.Length > 0 ? node.Name : node.Outputs[0],
            Input = input,
            Output = node.Outputs[0],
            Origins = Origins(node, input),
            Weight = weight,
            IsTransposed = isTransposed,
            Bias = bias,
            Epsilon = epsilon,
        };
        long outputs = kind == OnnxPartKind.Linear ? part.OutputCount : weight.Shape[^1];
        if (bias is not null && !bias.Shape.AsSpan().SequenceEqual([outputs]))
            throw Error($"{part} has a weight {weight} and a bias {bias}, which do not fit each other");
        Use(weight);
        if (bias is not null)
            Use(bias);
        _parts.Add(part);
        foreach (string output in node.Outputs)
            _origins[output] = [new OnnxOrigin(part.Index, ProductSide.None, IsSoftmaxed: false)];
    }

    private CheckpointTensor? FindMatrix(string value) =>
        FindConstant(value) is { Shape.Length: 2, Type.IsFloatingPoint: true } tensor ? tensor : null;

    /// <summary>The one constant vector among two inputs; a vector of one element may be a scalar that an exporter writes so.</summary>
    private CheckpointTensor? FindVector(OnnxNode node, out string other, int least = 2)
    {
        for (int i = 0; i < node.Inputs.Length && node.Inputs.Length == 2; i++)
        {
            other = node.Inputs[1 - i];
            if (FindConstant(node.Inputs[i]) is { Shape.Length: 1, Type.IsFloatingPoint: true } vector
                && vector.ElementCount >= least && FindConstant(other) is null)
            {
                return vector;
            }
        }
        other = "";
        return null;
    }

    private ImmutableArray<OnnxOrigin> Origins(OnnxNode node, int input) => Origins(node, node.Inputs[input]);

    private ImmutableArray<OnnxOrigin> Origins(OnnxNode node, string value)
    {
        if (value.Length == 0 || _constants.ContainsKey(value))
            return [];
        if (_open.TryGetValue(value, out var open))
            throw Error($"{open.Node.OpType} '{open.Node.Name}' with the weight {open.Weight} is not followed by its bias");
        return _origins.TryGetValue(value, out ImmutableArray<OnnxOrigin> origins)
            ? origins
            : throw Error($"{node.OpType} '{node.Name}' reads '{value}', which no earlier node makes");
    }

    private ImmutableArray<OnnxOrigin> Union(OnnxNode node, ImmutableArray<OnnxOrigin> some, ImmutableArray<OnnxOrigin> others)
    {
        if (others.All(some.Contains))
            return some;
        ImmutableArray<OnnxOrigin> all = [.. some.Union(others)];
        return all.Length <= MaxOrigins
            ? all
            : throw Error($"{node.OpType} '{node.Name}' brings more together than any step of an ALBERT");
    }

    private void Use(CheckpointTensor tensor) => _used.Add(tensor);

    private void CheckLeftovers(OnnxCheckpoint file)
    {
        foreach (OnnxValue output in file.Outputs)
        {
            if (_open.TryGetValue(output.Name, out var open))
                throw Error($"{open.Node.OpType} '{open.Node.Name}' with the weight {open.Weight} is not followed by its bias");
        }
        string[] unused = [.. file.Initializers
            .Where(t => t.Type.IsFloatingPoint && t.ElementCount > 1 && !_used.Contains(t)).Select(t => t.ToString())];
        if (unused.Length > 0)
            throw Error($"the graph has weights that are no part of an ALBERT: {string.Join(", ", unused.Take(10))}");
    }

    private CheckpointFormatException Error(string problem) => new(_path, problem);
}
