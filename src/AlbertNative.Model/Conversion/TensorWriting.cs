using System.Buffers.Binary;
using System.Globalization;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using AlbertNative.Checkpoints;
using AlbertNative.Tensors;

namespace AlbertNative.Model;

/// <summary>Writes weights in their stored form, a piece at a time.</summary>
internal static class TensorWriting
{
    private const int ChunkElements = 1 << 14;

    /// <summary>The elements as floats of <paramref name="type"/>; bit for bit where they are stored so already.</summary>
    /// <exception cref="CheckpointFormatException">An element is not finite, or too large for the type.</exception>
    public static void WriteFloats(Stream stream, WeightTensor tensor, TensorType type, string source)
    {
        float[] values = new float[ChunkElements];
        byte[] stored = new byte[ChunkElements * type.Size];
        for (long start = 0; start < tensor.ElementCount; start += ChunkElements)
        {
            Span<float> part = values.AsSpan(0, (int)Math.Min(ChunkElements, tensor.ElementCount - start));
            tensor.CopyTo(start, part);
            RequireFinite(part, tensor, start, source);
            if (type == TensorType.F32)
            {
                stream.Write(MemoryMarshal.AsBytes(part));
                continue;
            }
            Span<byte> bytes = stored.AsSpan(0, part.Length * type.Size);
            if (tensor.Type == type)
                tensor.CopyBytesTo(start, bytes);
            else
                Halve(part, MemoryMarshal.Cast<byte, Half>(bytes), tensor, start, source);
            stream.Write(bytes);
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
            RequireFinite(weights, tensor, (long)row * width, source);
            write(codes, Int8Rounding.Round(weights, codes));
        }
    }

    // NaN and infinity are in no trained model; one of them makes every result NaN.
    private static void RequireFinite(ReadOnlySpan<float> values, WeightTensor tensor, long start, string source)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
            {
                throw new CheckpointFormatException(source, string.Create(
                    CultureInfo.InvariantCulture,
                    $"{tensor.Name}: element {start + i} is {Stored(tensor, start + i, values[i])}, expected a number that single precision holds"));
            }
        }
    }

    /// <summary>An element before it was read as <paramref name="value"/>: a double may be finite and too large.</summary>
    private static double Stored(WeightTensor tensor, long index, float value)
    {
        if (tensor.Type != TensorType.F64)
            return value;
        Span<byte> bytes = stackalloc byte[sizeof(double)];
        tensor.CopyBytesTo(index, bytes);
        return BinaryPrimitives.ReadDoubleLittleEndian(bytes);
    }

    private static void Halve(ReadOnlySpan<float> values, Span<Half> rounded, WeightTensor tensor, long start, string source)
    {
        TensorPrimitives.ConvertToHalf(values, rounded);
        for (int i = 0; i < rounded.Length; i++)
        {
            if (!Half.IsFinite(rounded[i]))
            {
                throw new CheckpointFormatException(source, string.Create(
                    CultureInfo.InvariantCulture, $"{tensor.Name}: element {start + i} is {values[i]}, too large for 16 bits"));
            }
        }
    }
}
