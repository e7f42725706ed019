using System.Runtime.CompilerServices;

namespace AlbertNative.Tensors.Simd;

/// <summary>As <see cref="MultiplyAddChains{S, V}"/>, for the instructions of products of whole numbers.</summary>
internal static unsafe class IntegerChains<O, V>
    where O : IIntegerOps<V>
    where V : struct
{
    /// <summary>Integer operations in one iteration of <see cref="Run"/>: a multiplication and an addition for each input.</summary>
    public static int Operations => Kernels.ChainCount * 2 * O.Count * O.Group;

    /// <summary>Runs the chains and returns a value that depends on all of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Run(int iterations)
    {
        int codes = 0x0001_0001;
        V x = O.Broadcast(&codes);
        V c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default;
        V c6 = default, c7 = default, c8 = default, c9 = default, c10 = default, c11 = default;
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
        int* first = stackalloc int[O.Count];
        int sum = First(c0, first) + First(c1, first) + First(c2, first) + First(c3, first) + First(c4, first) + First(c5, first);
        return sum + First(c6, first) + First(c7, first) + First(c8, first) + First(c9, first) + First(c10, first) + First(c11, first);
    }

    /// <summary>One lane, by way of memory: a chain whose own address were taken would not stay in a register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int First(V chain, int* memory)
    {
        Unsafe.WriteUnaligned(memory, chain);
        return *memory;
    }
}
