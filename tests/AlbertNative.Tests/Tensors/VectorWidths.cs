using System.Runtime.Intrinsics;
using AlbertNative.Tensors;
using AlbertNative.Tensors.Simd;

namespace AlbertNative.Tests.Tensors;

/// <summary>
/// The kernels of every vector width in one process; a test skips those that this processor does not accelerate.
/// </summary>
internal static class VectorWidths
{
    /// <summary>The kernels for vectors of so many bits in the order that is used with them, or the test is skipped.</summary>
    public static Kernels Require(int bits) => Require(bits, TileOrders.Best);

    /// <summary>The kernels for vectors of so many bits in an order, or the test is skipped.</summary>
    public static Kernels Require(int bits, TileOrder order)
    {
        SkipUnlessAccelerated(bits);
        return bits switch
        {
            128 => new WidthKernels<Simd128, Vector128<float>>(order),
            256 => new WidthKernels<Simd256, Vector256<float>>(order),
            512 => new WidthKernels<Simd512, Vector512<float>>(order),
            _ => throw new ArgumentOutOfRangeException(nameof(bits)),
        };
    }

    /// <summary>The elementary functions for vectors of so many bits, or the test is skipped.</summary>
    public static VectorFunctions RequireFunctions(int bits)
    {
        SkipUnlessAccelerated(bits);
        return bits switch
        {
            128 => new VectorFunctions<Simd128, Vector128<float>>(),
            256 => new VectorFunctions<Simd256, Vector256<float>>(),
            512 => new VectorFunctions<Simd512, Vector512<float>>(),
            _ => throw new ArgumentOutOfRangeException(nameof(bits)),
        };
    }

    private static void SkipUnlessAccelerated(int bits)
    {
        // 128-bit vectors are the portable fallback: they must be right even where they are emulated.
        bool accelerated = bits switch
        {
            512 => Vector512.IsHardwareAccelerated,
            256 => Vector256.IsHardwareAccelerated,
            _ => true,
        };
        Assert.SkipUnless(accelerated, $"vectors of {bits} bits are not accelerated by this process");
    }
}
