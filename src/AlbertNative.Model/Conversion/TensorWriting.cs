using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using AlbertNative.Checkpoints;
using AlbertNative.Tensors;

namespace AlbertNative.Model;

/// <summary>Writes weights in their stored form, a piece at a time.</summary>
internal static class TensorWriting
{
    private const int ChunkElements = 1 << 14;

    /// <summary>The elements as floats of <paramref name="type"/>.</summary>
    /// <exception cref="CheckpointFormatException">A number is too large for 16 bits.</exception>
    public static void WriteFloats(Stream stream, WeightTensor tensor, TensorType type, string source)
    {
        float[] values = new float[ChunkElements];
        Half[] halves = new Half[type == TensorType.F16 ? ChunkElements : 0];
        for (long start = 0; start < tensor.ElementCount; start += ChunkElements)
        {
            Span<float> part = values.AsSpan(0, (int)Math.Min(ChunkElements, tensor.ElementCount - start));
            tensor.CopyTo(start, part);
            if (type == TensorType.F32)
            {
                stream.Write(MemoryMarshal.AsBytes(part));
                continue;
            }
            Span<Half> rounded = halves.AsSpan(0, part.Length);
            TensorPrimitives.ConvertToHalf(part, rounded);
            RequireFinite(part, rounded, tensor, start, source);
            stream.Write(MemoryMarshal.AsBytes(rounded));
        }
    }

    /// <summary>The elements as they are stored already.</summary>
    public static void WriteBytes(Stream stream, WeightTensor tensor)
    {
        byte[] bytes = new byte[ChunkElements * tensor.Type.Size];
        for (long start = 0; start < tensor.ElementCount; start += ChunkElements)
        {
            Span<byte> part = bytes.AsSpan(0, (int)Math.Min(ChunkElements, tensor.ElementCount - start) * tensor.Type.Size);
            tensor.CopyBytesTo(start, part);
            stream.Write(part);
        }
    }

    /// <summary>The elements in 8 bits, row by row.</summary>
    /// <exception cref="CheckpointFormatException">A weight is not finite.</exception>
    public static void WriteCodes(Stream stream, WeightTensor tensor, string source) =>
        ForEachRow(tensor, source, (codes, _) => stream.Write(MemoryMarshal.AsBytes(codes)));

    /// <summary>The rows' scales.</summary>
    /// <exception cref="CheckpointFormatException">A weight is not finite.</exception>
    public static void WriteScales(Stream stream, WeightTensor tensor, string source)
    {
        // Scales come before codes in the file, which orders tensors by element size, so rows are rounded twice.
        float[] scales = new float[tensor.Shape[0]];
        int row = 0;
        ForEachRow(tensor, source, (_, scale) => scales[row++] = scale);
        stream.Write(MemoryMarshal.AsBytes(scales.AsSpan()));
    }

    private delegate void RowWriter(ReadOnlySpan<sbyte> codes, float scale);

    private static void ForEachRow(WeightTensor tensor, string source, RowWriter write)
    {
        int width = (int)tensor.Shape[1];
        float[] weights = new float[width];
        sbyte[] codes = new sbyte[width];
        for (int row = 0; row < tensor.Shape[0]; row++)
        {
            if (tensor is QuantizedTensor quantized)
            {
                quantized.CopyCodes(row, codes);
                write(codes, quantized.ReadScales(row, 1)[0]);
                continue;
            }
            tensor.CopyTo((long)row * width, weights);
            if (weights.AsSpan().FirstNonFinite() is int at)
                throw new CheckpointFormatException(source, $"{tensor.Name}: element {((long)row * width) + at} is {weights[at]}, which has no 8-bit form");
            write(codes, Int8Rounding.Round(weights, codes));
        }
    }

    private static int? FirstNonFinite(this Span<float> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
                return i;
        }
        return null;
    }

    private static void RequireFinite(Span<float> values, Span<Half> rounded, WeightTensor tensor, long start, string source)
    {
        for (int i = 0; i < rounded.Length; i++)
        {
            if (!Half.IsFinite(rounded[i]) && float.IsFinite(values[i]))
                throw new CheckpointFormatException(source, $"{tensor.Name}: element {start + i} is {values[i]}, too large for 16 bits");
        }
    }
}
