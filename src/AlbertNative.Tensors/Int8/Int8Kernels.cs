using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using AlbertNative.Tensors.Simd;

namespace AlbertNative.Tensors;

/// <summary>
/// The 8-bit product with one set of instructions. <see cref="Best"/> is the fastest that this processor has: its sums
/// are exact, so all of them give the same.
/// </summary>
internal abstract unsafe class Int8Kernels
{
    public static Int8Kernels Best { get; } =
        AvxVnni.IsSupported ? new Int8Product<VnniOps, Vector256<int>>()
        : Avx512BW.IsSupported && Vector512.IsHardwareAccelerated ? new Int8Product<Widening512, Vector512<int>>()
        : Avx2.IsSupported ? new Int8Product<Widening256, Vector256<int>>()
        : new Int8Product<Widening128, Vector128<int>>();

    /// <summary>Outputs in one panel of packed weights: two vectors of 32-bit sums.</summary>
    public abstract int PanelWidth { get; }

    /// <summary>Inputs of one output that lie side by side, and that one step takes.</summary>
    public abstract int Group { get; }

    /// <summary>The size of an input's code: four bytes to a step.</summary>
    public int CodeBytes => 4 / Group;

    /// <summary>Rows by panels of x Wᵀ without the bias, out of the rows' 8-bit form.</summary>
    public abstract void Multiply(Matrix x, Int8Weights weights, Matrix y, int firstRow, int rows, int firstPanel, int panels);

    /// <summary>Operations in one iteration of <see cref="RunChains"/>.</summary>
    public abstract int ChainOperations { get; }

    /// <summary>Multiply-adds in registers alone, to measure what the processor can do.</summary>
    public abstract float RunChains(int iterations);
}
