using System.Runtime.CompilerServices;

namespace AlbertNative.Tensors.Simd;

/// <summary>
/// Multiply-adds that wait neither for memory nor for each other: as many independent chains as hide the latency of the
/// instruction on processors that start two a cycle, and as few as fit into 16 registers beside the two operands.
/// </summary>
internal static class MultiplyAddChains<S, V>
    where S : ISimd<V>
    where V : struct
{
    /// <summary>Floating-point operations in one iteration of <see cref="Run"/>.</summary>
    public static int Operations => Kernels.ChainCount * 2 * S.Count;

    /// <summary>Runs the chains and returns a value that depends on all of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Run(int iterations)
    {
        V half = S.Create(0.5f), one = S.Create(1f);
        V c0 = S.Zero, c1 = S.Zero, c2 = S.Zero, c3 = S.Zero, c4 = S.Zero, c5 = S.Zero;
        V c6 = S.Zero, c7 = S.Zero, c8 = S.Zero, c9 = S.Zero, c10 = S.Zero, c11 = S.Zero;
        for (int i = 0; i < iterations; i++)
        {
            c0 = S.MultiplyAdd(c0, half, one);
            c1 = S.MultiplyAdd(c1, half, one);
            c2 = S.MultiplyAdd(c2, half, one);
            c3 = S.MultiplyAdd(c3, half, one);
            c4 = S.MultiplyAdd(c4, half, one);
            c5 = S.MultiplyAdd(c5, half, one);
            c6 = S.MultiplyAdd(c6, half, one);
            c7 = S.MultiplyAdd(c7, half, one);
            c8 = S.MultiplyAdd(c8, half, one);
            c9 = S.MultiplyAdd(c9, half, one);
            c10 = S.MultiplyAdd(c10, half, one);
            c11 = S.MultiplyAdd(c11, half, one);
        }
        V low = S.Add(S.Add(S.Add(c0, c1), S.Add(c2, c3)), S.Add(c4, c5));
        V high = S.Add(S.Add(S.Add(c6, c7), S.Add(c8, c9)), S.Add(c10, c11));
        return S.Sum(S.Add(low, high));
    }
}
