using System.Runtime.InteropServices;

namespace AlbertNative.Model.Onnx.Export;

/// <summary>A tensor's elements on their way into a file, as floats.</summary>
internal static class WeightWriting
{
    private const int Chunk = 1 << 14;

    public static void Write(WeightTensor tensor, Stream stream)
    {
        float[] values = new float[(int)Math.Min(Chunk, tensor.ElementCount)];
        for (long start = 0; start < tensor.ElementCount; start += values.Length)
        {
            Span<float> part = values.AsSpan(0, (int)Math.Min(values.Length, tensor.ElementCount - start));
            tensor.CopyTo(start, part);
            stream.Write(MemoryMarshal.AsBytes(part));
        }
    }

    /// <summary>The columns of a matrix as rows, some at a time: the matrix is read once for each some.</summary>
    public static void WriteTransposed(WeightTensor matrix, Stream stream)
    {
        int rows = (int)matrix.Shape[0];
        int columns = (int)matrix.Shape[1];
        // So many that what is gathered takes no more than about 64 MB.
        int width = Math.Clamp((1 << 24) / Math.Max(rows, 1), 1, Math.Max(columns, 1));
        float[] gathered = new float[Math.Min(width, columns) * (long)rows];
        float[] row = new float[columns];
        for (int first = 0; first < columns; first += width)
        {
            int count = Math.Min(width, columns - first);
            for (int i = 0; i < rows; i++)
            {
                Span<float> part = row.AsSpan(0, count);
                matrix.CopyTo(((long)i * columns) + first, part);
                for (int j = 0; j < count; j++)
                    gathered[((long)j * rows) + i] = part[j];
            }
            Span<byte> bytes = MemoryMarshal.AsBytes(gathered.AsSpan(0, count * rows));
            for (; !bytes.IsEmpty; bytes = bytes[Math.Min(bytes.Length, sizeof(float) * Chunk)..])
                stream.Write(bytes[..Math.Min(bytes.Length, sizeof(float) * Chunk)]);
        }
    }
}
