using System.Runtime.InteropServices;
using AlbertNative.Checkpoints;

namespace AlbertNative.Benchmarks;

/// <summary>
/// A graph of floats in 8 bits, as ONNX Runtime's <c>quantize_dynamic</c> makes it: weights around zero with a scale for each
/// output, inputs between their least and largest value while the graph runs.
/// </summary>
internal static class QuantizedGraph
{
    private const int Limit = 127;

    /// <summary>Writes the graph of <paramref name="source"/> with every product with a constant matrix in 8 bits.</summary>
    public static void Write(string source, string destination)
    {
        using OnnxCheckpoint file = OnnxCheckpoint.Open(source);
        OnnxWriter writer = new("albert", operatorSet: 14);
        foreach (OnnxValue input in file.Inputs)
            writer.AddInput(input.Name, TensorType.I64, "batch", "sequence");
        foreach (OnnxValue output in file.Outputs)
            writer.AddOutput(output.Name, TensorType.F32, "batch", "sequence", "hidden");
        HashSet<string> rounded = new(StringComparer.Ordinal), matrices = new(StringComparer.Ordinal);
        writer.AddInitializer("zero", TensorType.I8, [], stream => stream.WriteByte(0));
        foreach (OnnxNode node in file.Nodes)
        {
            if (node.OpType != "MatMul" || !file.TryGet(node.Inputs[1], out CheckpointTensor? matrix))
            {
                writer.AddNode(node.OpType, node.Name, node.Inputs.AsSpan(), node.Outputs.AsSpan(), node.Attributes.AsSpan());
                continue;
            }
            string x = node.Inputs[0], y = node.Outputs[0];
            if (rounded.Add(x))
                writer.AddNode("DynamicQuantizeLinear", $"{x}/round", [x], [$"{x}/codes", $"{x}/scale", $"{x}/zero"]);
            if (matrices.Add(matrix.Name))
                AddMatrix(writer, matrix);
            writer.AddNode("MatMulInteger", $"{y}/product", [$"{x}/codes", $"{matrix.Name}/codes", $"{x}/zero", "zero"], [$"{y}/sums"]);
            writer.AddNode("Cast", $"{y}/cast", [$"{y}/sums"], [$"{y}/floats"], new OnnxAttribute("to") { Integer = 1 });
            writer.AddNode("Mul", $"{y}/scale", [$"{x}/scale", $"{matrix.Name}/scales"], [$"{y}/scales"]);
            writer.AddNode("Mul", $"{y}/scaled", [$"{y}/floats", $"{y}/scales"], [y]);
        }
        foreach (CheckpointTensor tensor in file.Initializers.Where(tensor => !matrices.Contains(tensor.Name)))
            writer.AddInitializer(tensor.Name, tensor.Type, tensor.Shape.AsSpan(), stream => Copy(tensor, stream));
        writer.Save(destination);
    }

    /// <summary>[inputs, outputs] as codes, and the scale of each output.</summary>
    private static void AddMatrix(OnnxWriter writer, CheckpointTensor matrix)
    {
        float[] weights = new float[matrix.ElementCount], scales = new float[matrix.Shape[1]];
        matrix.CopyTo(weights);
        for (int i = 0; i < weights.Length; i++)
            scales[i % scales.Length] = Math.Max(scales[i % scales.Length], Math.Abs(weights[i]) / Limit);
        sbyte[] codes = new sbyte[weights.Length];
        for (int i = 0; i < weights.Length; i++)
        {
            float scale = scales[i % scales.Length];
            codes[i] = scale > 0 ? (sbyte)MathF.Round(weights[i] / scale) : (sbyte)0;
        }
        writer.AddInitializer($"{matrix.Name}/codes", TensorType.I8, matrix.Shape.AsSpan(), stream => stream.Write(MemoryMarshal.AsBytes<sbyte>(codes)));
        writer.AddInitializer($"{matrix.Name}/scales", [scales.Length], scales);
    }

    private static void Copy(CheckpointTensor tensor, Stream stream)
    {
        byte[] bytes = new byte[tensor.ByteCount];
        tensor.CopyBytesTo(0, bytes);
        stream.Write(bytes);
    }
}
