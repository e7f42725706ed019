using System.Runtime.InteropServices;
using AlbertNative.Checkpoints;
using AlbertNative.Tensors;

namespace AlbertNative.Model;

/// <summary>
/// A linear layer's weight in the 8-bit form of <see cref="Int8Rounding"/>: codes, I8 [out, in], under the weight's own
/// name, and a scale for each output, F32 [out], under that name with <see cref="ScaleSuffix"/>.
/// </summary>
internal sealed class QuantizedTensor(CheckpointTensor codes, CheckpointTensor scales)
    : WeightTensor(codes.Name, codes.Type, codes.Shape)
{
    public const string ScaleSuffix = "_scale";

    // On the stack; the rows of most models fit.
    private const int MostCodesAtOnce = 1024;

    /// <summary>What is wrong with the form; null where nothing is.</summary>
    public string? Fault()
    {
        if (Shape.Length != 2)
            return $"{Name} is I8 [{string.Join(", ", Shape)}], expected 8-bit codes [out, in]";
        if (scales.Type != TensorType.F32 || scales.Shape.Length != 1 || scales.Shape[0] != Shape[0])
            return $"{scales} does not fit {codes}, expected F32 [{Shape[0]}]";
        int at = Array.FindIndex(ReadScales(0, (int)Shape[0]), scale => !(scale >= 0 && float.IsFinite(scale)));
        if (at >= 0)
            return $"{scales.Name} has an impossible scale at element {at}";
        return HasCode(sbyte.MinValue) ? $"{Name} has the code -128, expected -127 to 127" : null;
    }

    /// <summary>The codes of some rows.</summary>
    public void CopyCodes(int firstRow, Span<sbyte> destination) => codes.CopyBytesTo(
        firstRow * Shape[1], MemoryMarshal.AsBytes(destination));

    /// <summary>The scales of some rows.</summary>
    public float[] ReadScales(int firstRow, int count)
    {
        float[] values = new float[count];
        scales.CopyTo(firstRow, values);
        return values;
    }

    /// <summary>The weights that the codes stand for. Word embeddings are looked up by this: nothing is allocated.</summary>
    public override void CopyTo(long start, Span<float> destination)
    {
        int width = (int)Shape[1];
        Span<sbyte> part = stackalloc sbyte[Math.Min(width, MostCodesAtOnce)];
        Span<float> scale = stackalloc float[1];
        while (!destination.IsEmpty)
        {
            (long row, int from) = ((start / width), (int)(start % width));
            int count = Math.Min(Math.Min(width - from, destination.Length), part.Length);
            codes.CopyBytesTo(start, MemoryMarshal.AsBytes(part[..count]));
            scales.CopyTo(row, scale);
            Int8Rounding.Expand(part[..count], scale[0], destination[..count]);
            destination = destination[count..];
            start += count;
        }
    }

    private bool HasCode(sbyte code)
    {
        sbyte[] chunk = new sbyte[1 << 14];
        for (long start = 0; start < ElementCount; start += chunk.Length)
        {
            Span<sbyte> part = chunk.AsSpan(0, (int)Math.Min(chunk.Length, ElementCount - start));
            codes.CopyBytesTo(start, MemoryMarshal.AsBytes(part));
            if (part.Contains(code))
                return true;
        }
        return false;
    }
}
