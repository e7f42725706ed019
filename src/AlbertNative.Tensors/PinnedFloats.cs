using System.Runtime.InteropServices;

namespace AlbertNative.Tensors;

/// <summary>Floats that the garbage collector never moves, starting on a cache line; freed like any managed array.</summary>
internal readonly unsafe struct PinnedFloats
{
    /// <summary>The floats in one 64-byte cache line.</summary>
    public const int LineFloats = 16;

    public static readonly int MaxLength = Array.MaxLength - LineFloats;

    public PinnedFloats(int length)
    {
        Owner = GC.AllocateUninitializedArray<float>(length + LineFloats, pinned: true);
        nint start = (nint)Marshal.UnsafeAddrOfPinnedArrayElement(Owner, 0);
        Data = (float*)((start + 63) & ~(nint)63);
        Length = length;
    }

    public float[] Owner { get; }

    public float* Data { get; }

    public int Length { get; }
}
