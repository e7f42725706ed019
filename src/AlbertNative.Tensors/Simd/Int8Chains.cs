using System.Runtime.CompilerServices;

namespace AlbertNative.Tensors.Simd;

/// <summary>As <see cref="MultiplyAddChains{S, V}"/>, for the 8-bit product's instructions.</summary>
internal static unsafe class Int8Chains<O, V>
    where O : IInt8Ops<V>
    where V : struct
{
    /// <summary>Integer operations in one iteration of <see cref="Run"/>: a multiplication and an addition for each input.</summary>
    public static int Operations => Kernels.ChainCount * 2 * O.Count * O.Group;

    /// <summary>Runs the chains and returns a value that depends on all of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Run(int iterations)
    {
        int codes = 0x0001_0001;
        float* row = stackalloc float[O.Count], ones = stackalloc float[O.Count];
        new Span<float>(ones, O.Count).Fill(1);
        V x = O.Broadcast(&codes);
        V c0 = O.Zero, c1 = O.Zero, c2 = O.Zero, c3 = O.Zero, c4 = O.Zero, c5 = O.Zero;
        V c6 = O.Zero, c7 = O.Zero, c8 = O.Zero, c9 = O.Zero, c10 = O.Zero, c11 = O.Zero;
        for (int i = 0; i < iterations; i++)
        {
            c0 = O.MultiplyAdd(c0, x, x);
            c1 = O.MultiplyAdd(c1, x, x);
            c2 = O.MultiplyAdd(c2, x, x);
            c3 = O.MultiplyAdd(c3, x, x);
            c4 = O.MultiplyAdd(c4, x, x);
            c5 = O.MultiplyAdd(c5, x, x);
            c6 = O.MultiplyAdd(c6, x, x);
            c7 = O.MultiplyAdd(c7, x, x);
            c8 = O.MultiplyAdd(c8, x, x);
            c9 = O.MultiplyAdd(c9, x, x);
            c10 = O.MultiplyAdd(c10, x, x);
            c11 = O.MultiplyAdd(c11, x, x);
        }
        float sum = 0;
        foreach (V chain in (ReadOnlySpan<V>)[c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11])
        {
            O.StoreScaled(row, chain, 1, ones, 0, ones);
            sum += row[0];
        }
        return sum;
    }
}
