using System.Buffers;
using AlbertNative.Tensors;

namespace AlbertNative.Model;

/// <summary>From named tensors to the packed forms that <see cref="TensorOps"/> computes with.</summary>
internal static class WeightPacking
{
    /// <summary>Rows that are converted at a time where a tensor is not in memory as floats.</summary>
    private const int ChunkRows = 64;

    /// <summary>A whole tensor as floats, row-major.</summary>
    public static float[] Read(this NamedTensors tensors, string name)
    {
        WeightTensor tensor = tensors[name];
        float[] values = new float[tensor.ElementCount];
        tensor.CopyTo(0, values);
        return values;
    }

    /// <summary>The LayerNorm with the given module name.</summary>
    public static LayerNormWeights Norm(this NamedTensors tensors, string module, float epsilon) =>
        new(tensors.Read(TensorCatalogue.Weight(module)), tensors.Read(TensorCatalogue.Bias(module)), epsilon);

    /// <summary>The linear layers with the given module names as one, in the given precision: their outputs follow each other.</summary>
    public static LinearWeights Linear(
        this NamedTensors tensors, WeightPrecision precision, params ReadOnlySpan<string> modules)
    {
        int outputs = 0;
        foreach (string module in modules)
            outputs += (int)tensors[TensorCatalogue.Weight(module)].Shape[0];
        LinearWeights packed = LinearWeights.Create(outputs, (int)tensors[TensorCatalogue.Weight(modules[0])].Shape[1], precision);
        int row = 0;
        foreach (string module in modules)
        {
            float[] bias = tensors.Read(TensorCatalogue.Bias(module));
            SetRows(packed, row, tensors[TensorCatalogue.Weight(module)], bias);
            row += bias.Length;
        }
        return packed;
    }

    private static void SetRows(LinearWeights packed, int first, WeightTensor weight, float[] bias)
    {
        if (weight is QuantizedTensor quantized)
        {
            SetCodes(packed, first, quantized, bias);
            return;
        }
        if (weight.TryGetMemory(out ReadOnlyMemory<float> memory))
        {
            packed.SetRows(first, memory.Span, bias);
            return;
        }
        float[] rows = ArrayPool<float>.Shared.Rent(ChunkRows * packed.Inputs);
        for (int row = 0; row < bias.Length; row += ChunkRows)
        {
            int count = Math.Min(ChunkRows, bias.Length - row);
            Span<float> chunk = rows.AsSpan(0, count * packed.Inputs);
            weight.CopyTo((long)row * packed.Inputs, chunk);
            packed.SetRows(first + row, chunk, bias.AsSpan(row, count));
        }
        ArrayPool<float>.Shared.Return(rows);
    }

    private static void SetCodes(LinearWeights packed, int first, QuantizedTensor weight, float[] bias)
    {
        sbyte[] codes = ArrayPool<sbyte>.Shared.Rent(ChunkRows * packed.Inputs);
        for (int row = 0; row < bias.Length; row += ChunkRows)
        {
            int count = Math.Min(ChunkRows, bias.Length - row);
            Span<sbyte> chunk = codes.AsSpan(0, count * packed.Inputs);
            weight.CopyCodes(row, chunk);
            packed.SetCodes(first + row, chunk, weight.ReadScales(row, count), bias.AsSpan(row, count));
        }
        ArrayPool<sbyte>.Shared.Return(codes);
    }
}
