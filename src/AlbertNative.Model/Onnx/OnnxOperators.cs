using AlbertNative.Checkpoints;

namespace AlbertNative.Model.Onnx;

/// <summary>What single operators of a graph say, by the ONNX operator specification.</summary>
internal static class OnnxOperators
{
    /// <summary>LayerNormalization's epsilon where the node gives none.</summary>
    public const float DefaultEpsilon = 1e-5f;

    private static readonly HashSet<string> ControlFlow = new(StringComparer.Ordinal) { "If", "Loop", "Scan" };

    /// <summary>Refuses operators that stand between a graph and the weights it was made from.</summary>
    public static void Check(string path, OnnxNode node)
    {
        string what = $"node '{node.Name}' is {(node.Domain.Length > 0 ? node.Domain + "." : "")}{node.OpType}";
        if (node.OpType.Contains("quantize", StringComparison.OrdinalIgnoreCase) || node.OpType.Contains("Integer", StringComparison.Ordinal)
            || node.OpType.StartsWith("QLinear", StringComparison.Ordinal))
        {
            throw new CheckpointFormatException(path, $"{what}: the graph is quantised, convert the float model instead");
        }
        if (node.Domain is not ("" or "ai.onnx"))
            throw new CheckpointFormatException(path, $"{what}: the graph has been optimised for a runtime, convert the model as it was exported");
        if (ControlFlow.Contains(node.OpType))
            throw new CheckpointFormatException(path, $"{what}: control flow is not supported");
        if (node.Inputs.Length == 0 && node.OpType is not ("Constant" or "RandomNormal" or "RandomUniform"))
            throw new CheckpointFormatException(path, $"{what}, and has no inputs");
        int least = node.OpType is "MatMul" or "Gather" or "Add" or "Mul" ? 2 : 0;
        if (node.Inputs.Length < least || node.Outputs.Length == 0)
            throw new CheckpointFormatException(path, $"{what}, and has {node.Inputs.Length} inputs and {node.Outputs.Length} outputs");
    }

    /// <summary>True for a Transpose that exchanges two dimensions; without <c>perm</c> it reverses them.</summary>
    public static bool IsMatrixTranspose(OnnxNode node) =>
        node.FindAttribute("perm") is not { Integers: { IsDefault: false } order } || order is [1, 0];

    /// <summary>True for a Gemm that is x W + b, with W transposed or not.</summary>
    public static bool IsLinear(OnnxNode node) =>
        (node.FindAttribute("alpha")?.Float ?? 1) == 1 && (node.FindAttribute("beta")?.Float ?? 1) == 1 && !HasFlag(node, "transA");

    /// <summary>True where an integer attribute is there and not 0.</summary>
    public static bool HasFlag(OnnxNode node, string name) => (node.FindAttribute(name)?.Integer ?? 0) != 0;
}
