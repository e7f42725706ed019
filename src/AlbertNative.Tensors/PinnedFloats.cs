using System.Runtime.InteropServices;

namespace AlbertNative.Tensors;

/// <summary>
/// Floats that the garbage collector never moves, starting on a cache line; freed like any managed array. Large ones lie
/// in huge pages where the system has them.
/// </summary>
internal readonly unsafe struct PinnedFloats
{
    /// <summary>The floats in one 64-byte cache line.</summary>
    public const int LineFloats = 16;

    public static readonly int MaxLength = Array.MaxLength - LineFloats;

    public PinnedFloats(int length)
    {
        Length = length;
        if ((long)length * sizeof(float) >= PageBlock.LeastBytes)
        {
            PageBlock block = new((long)length * sizeof(float));
            Owner = block;
            Data = (float*)block.Data;
            return;
        }
        float[] array = GC.AllocateUninitializedArray<float>(length + LineFloats, pinned: true);
        nint start = (nint)Marshal.UnsafeAddrOfPinnedArrayElement(array, 0);
        Owner = array;
        Data = (float*)((start + 63) & ~(nint)63);
    }

    /// <summary>What must be referred to for as long as the memory is used.</summary>
    public object Owner { get; }

    public float* Data { get; }

    public int Length { get; }
}
