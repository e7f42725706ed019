using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using AlbertNative.Tensors.Simd;

namespace AlbertNative.Tensors;

/// <summary>
/// The instructions that products of whole numbers may be made of, the fastest first. Of those that runtimes have known
/// for a short time, a small product must first come out as a plain loop makes it.
/// </summary>
internal static class InstructionSets
{
    /// <summary>One set: its name, whether this process may use it, its kernels, and whether they are checked before use.</summary>
    public readonly record struct Entry<TKernels>(string Name, bool IsSupported, Func<TKernels> Create, bool IsChecked = false);

    public static IReadOnlyList<Entry<Int8Kernels>> Int8 { get; } =
    [
#if NET11_0_OR_GREATER
        new("Vnni512", HasVnni512, () => new Int8Product<Simd512, Vector512<float>, Vnni512, Vector512<int>>(), IsChecked: true),
#endif
        new("Vnni256", HasVnni256, () => new Int8Product<Simd256, Vector256<float>, Vnni256, Vector256<int>>(), IsChecked: true),
        new("Widening512", HasAvx512, () => new Int8Product<Simd512, Vector512<float>, Widening512, Vector512<int>>()),
        new("Widening256", Avx2.IsSupported, () => new Int8Product<Simd256, Vector256<float>, Widening256, Vector256<int>>()),
        new("Widening128", true, () => new Int8Product<Simd128, Vector128<float>, Widening128, Vector128<int>>()),
    ];

    public static IReadOnlyList<Entry<Int16Kernels>> Int16 { get; } =
    [
#if NET11_0_OR_GREATER
        new("Vnni512", HasVnni512, () => new Int16Product<Simd512, Vector512<float>, Words<Vnni512, Vector512<int>>, Vector512<int>>(), IsChecked: true),
#endif
        new("Words512", HasAvx512, () => new Int16Product<Simd512, Vector512<float>, Words<Widening512, Vector512<int>>, Vector512<int>>()),
        new("Vnni256", HasVnni256, () => new Int16Product<Simd256, Vector256<float>, Words<Vnni256, Vector256<int>>, Vector256<int>>(), IsChecked: true),
        new("Words256", Avx2.IsSupported, () => new Int16Product<Simd256, Vector256<float>, Words<Widening256, Vector256<int>>, Vector256<int>>()),
        new("Words128", true, () => new Int16Product<Simd128, Vector128<float>, Words<Widening128, Vector128<int>>, Vector128<int>>()),
    ];

    private static bool HasAvx512 => Avx512BW.IsSupported && Vector512.IsHardwareAccelerated;

#if NET11_0_OR_GREATER
    private static bool HasVnni512 => AvxVnni.V512.IsSupported && Vector512.IsHardwareAccelerated;
#endif

    /// <summary>
    /// The 256-bit form needs its VEX encoding (CPUID 7.1, EAX bit 4). .NET 11.0 claims it also where only AVX512-VNNI is
    /// there, and then emits the 512-bit instruction, which reads beyond its operands.
    /// </summary>
    private static bool HasVnni256 => AvxVnni.IsSupported && (X86Base.CpuId(7, 1).Eax & (1 << 4)) != 0;

    /// <summary>The kernels of the first set that is supported and computes what it should.</summary>
    public static TKernels First<TKernels>(IReadOnlyList<Entry<TKernels>> sets)
        where TKernels : IntegerKernels
    {
        foreach (Entry<TKernels> set in sets)
        {
            if (!set.IsSupported)
                continue;
            TKernels kernels = set.Create();
            if (!set.IsChecked || KernelCheck.Passes(kernels, kernels.TileRows))
                return kernels;
        }
        throw new PlatformNotSupportedException("No kernels for products of whole numbers can be used.");
    }
}
