using AlbertNative.Checkpoints;

namespace AlbertNative.Cli;

/// <summary>One tensor of a checkpoint, after every element of it has been read.</summary>
/// <param name="Tensor">Its name, type and shape.</param>
/// <param name="NonFinite">How many elements are infinite or not a number.</param>
internal sealed record TensorReport(CheckpointTensor Tensor, long NonFinite)
{
    private const int ChunkElements = 1 << 16;

    public static TensorReport Read(CheckpointTensor tensor, CancellationToken cancellationToken)
    {
        float[] floats = new float[ChunkElements];
        byte[] bytes = new byte[ChunkElements * tensor.Type.Size];
        long nonFinite = 0;
        for (long start = 0; start < tensor.ElementCount; start += ChunkElements)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count = (int)Math.Min(ChunkElements, tensor.ElementCount - start);
            if (!tensor.Type.IsFloatingPoint)
            {
                tensor.CopyBytesTo(start, bytes.AsSpan(0, count * tensor.Type.Size));
                continue;
            }
            tensor.CopyTo(start, floats.AsSpan(0, count));
            nonFinite += CountNonFinite(floats.AsSpan(0, count));
        }
        return new(tensor, nonFinite);
    }

    private static int CountNonFinite(ReadOnlySpan<float> values)
    {
        int count = 0;
        foreach (float value in values)
        {
            if (!float.IsFinite(value))
                count++;
        }
        return count;
    }
}
