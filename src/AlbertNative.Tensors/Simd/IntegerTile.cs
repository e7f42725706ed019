using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace AlbertNative.Tensors.Simd;

/// <summary>
/// The innermost tiles of a product of whole numbers: a few rows of codes by one panel of weights, all sums in registers.
/// Sums are exact, so neither the height of a tile nor the instructions can change them. Strides of codes are in bytes,
/// those of sums in elements.
/// </summary>
internal static unsafe class IntegerTile<O, V>
    where O : IIntegerOps<V>
    where V : struct
{
    /// <summary>The bytes of a panel that one step takes.</summary>
    public static int StepBytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2 * O.Count * O.Group * O.WeightBytes;
    }

    /// <summary>Rows of the tallest tile of any instruction set.</summary>
    public const int MostRows = 12;

    /// <summary>
    /// Computes the tallest tile that fits into <paramref name="rows"/> and returns its height. The panel's bytes
    /// <paramref name="ahead"/> of those in use are prefetched on the way.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Run(int rows, byte* a, nint aStride, byte* b, nint steps, int* c, nint cStride, nint ahead)
    {
        if (O.TileRows == 12 && rows >= 8)
        {
            if (rows >= 12 && rows != 16)
            {
                if (O.DelaysAdditions)
                    DelayedTile<O, V>.Tile12(a, aStride, b, steps, c, cStride, ahead);
                else
                    Tile12(a, aStride, b, steps, c, cStride, ahead);
                return 12;
            }
            if (O.DelaysAdditions)
                DelayedTile<O, V>.Tile8(a, aStride, b, steps, c, cStride, ahead);
            else
                Tile8(a, aStride, b, steps, c, cStride, ahead);
            return 8;
        }
        if (rows >= 6 && (O.TileRows == 12 || rows != 8))
        {
            Tile6(a, aStride, b, steps, c, cStride, ahead);
            return 6;
        }
        if (rows >= 4)
        {
            Tile4(a, aStride, b, steps, c, cStride, ahead);
            return 4;
        }
        if (rows >= 2)
        {
            Tile2(a, aStride, b, steps, c, cStride, ahead);
            return 2;
        }
        Tile1(a, aStride, b, steps, c, cStride, ahead);
        return 1;
    }

    /// <summary>12 rows by one panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile12(byte* a, nint aStride, byte* b, nint steps, int* c, nint cStride, nint ahead)
    {
        V c00 = default, c01 = default;
        V c10 = default, c11 = default;
        V c20 = default, c21 = default;
        V c30 = default, c31 = default;
        V c40 = default, c41 = default;
        V c50 = default, c51 = default;
        V c60 = default, c61 = default;
        V c70 = default, c71 = default;
        V c80 = default, c81 = default;
        V c90 = default, c91 = default;
        V c100 = default, c101 = default;
        V c110 = default, c111 = default;
        byte* a3 = a + (3 * aStride);
        byte* a6 = a + (6 * aStride);
        byte* a9 = a + (9 * aStride);
        for (nint k = 0; k < steps; k++)
        {
            V b0 = O.LoadWeights(b), b1 = O.LoadWeights(b + (StepBytes / 2)), x;
            Prefetch(b + ahead);
            if (StepBytes > 64)
                Prefetch(b + ahead + 64);
            x = O.Broadcast((int*)a); c00 = O.MultiplyAdd(c00, x, b0); c01 = O.MultiplyAdd(c01, x, b1);
            x = O.Broadcast((int*)(a + aStride)); c10 = O.MultiplyAdd(c10, x, b0); c11 = O.MultiplyAdd(c11, x, b1);
            x = O.Broadcast((int*)(a + (2 * aStride))); c20 = O.MultiplyAdd(c20, x, b0); c21 = O.MultiplyAdd(c21, x, b1);
            x = O.Broadcast((int*)a3); c30 = O.MultiplyAdd(c30, x, b0); c31 = O.MultiplyAdd(c31, x, b1);
            x = O.Broadcast((int*)(a3 + aStride)); c40 = O.MultiplyAdd(c40, x, b0); c41 = O.MultiplyAdd(c41, x, b1);
            x = O.Broadcast((int*)(a3 + (2 * aStride))); c50 = O.MultiplyAdd(c50, x, b0); c51 = O.MultiplyAdd(c51, x, b1);
            x = O.Broadcast((int*)a6); c60 = O.MultiplyAdd(c60, x, b0); c61 = O.MultiplyAdd(c61, x, b1);
            x = O.Broadcast((int*)(a6 + aStride)); c70 = O.MultiplyAdd(c70, x, b0); c71 = O.MultiplyAdd(c71, x, b1);
            x = O.Broadcast((int*)(a6 + (2 * aStride))); c80 = O.MultiplyAdd(c80, x, b0); c81 = O.MultiplyAdd(c81, x, b1);
            x = O.Broadcast((int*)a9); c90 = O.MultiplyAdd(c90, x, b0); c91 = O.MultiplyAdd(c91, x, b1);
            x = O.Broadcast((int*)(a9 + aStride)); c100 = O.MultiplyAdd(c100, x, b0); c101 = O.MultiplyAdd(c101, x, b1);
            x = O.Broadcast((int*)(a9 + (2 * aStride))); c110 = O.MultiplyAdd(c110, x, b0); c111 = O.MultiplyAdd(c111, x, b1);
            a += 4;
            a3 += 4;
            a6 += 4;
            a9 += 4;
            b += StepBytes;
        }
        Store(c, c00, c01);
        Store(c + cStride, c10, c11);
        Store(c + (2 * cStride), c20, c21);
        Store(c + (3 * cStride), c30, c31);
        Store(c + (4 * cStride), c40, c41);
        Store(c + (5 * cStride), c50, c51);
        Store(c + (6 * cStride), c60, c61);
        Store(c + (7 * cStride), c70, c71);
        Store(c + (8 * cStride), c80, c81);
        Store(c + (9 * cStride), c90, c91);
        Store(c + (10 * cStride), c100, c101);
        Store(c + (11 * cStride), c110, c111);
    }

    /// <summary>8 rows by one panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile8(byte* a, nint aStride, byte* b, nint steps, int* c, nint cStride, nint ahead)
    {
        V c00 = default, c01 = default;
        V c10 = default, c11 = default;
        V c20 = default, c21 = default;
        V c30 = default, c31 = default;
        V c40 = default, c41 = default;
        V c50 = default, c51 = default;
        V c60 = default, c61 = default;
        V c70 = default, c71 = default;
        byte* a3 = a + (3 * aStride);
        byte* a6 = a + (6 * aStride);
        for (nint k = 0; k < steps; k++)
        {
            V b0 = O.LoadWeights(b), b1 = O.LoadWeights(b + (StepBytes / 2)), x;
            Prefetch(b + ahead);
            if (StepBytes > 64)
                Prefetch(b + ahead + 64);
            x = O.Broadcast((int*)a); c00 = O.MultiplyAdd(c00, x, b0); c01 = O.MultiplyAdd(c01, x, b1);
            x = O.Broadcast((int*)(a + aStride)); c10 = O.MultiplyAdd(c10, x, b0); c11 = O.MultiplyAdd(c11, x, b1);
            x = O.Broadcast((int*)(a + (2 * aStride))); c20 = O.MultiplyAdd(c20, x, b0); c21 = O.MultiplyAdd(c21, x, b1);
            x = O.Broadcast((int*)a3); c30 = O.MultiplyAdd(c30, x, b0); c31 = O.MultiplyAdd(c31, x, b1);
            x = O.Broadcast((int*)(a3 + aStride)); c40 = O.MultiplyAdd(c40, x, b0); c41 = O.MultiplyAdd(c41, x, b1);
            x = O.Broadcast((int*)(a3 + (2 * aStride))); c50 = O.MultiplyAdd(c50, x, b0); c51 = O.MultiplyAdd(c51, x, b1);
            x = O.Broadcast((int*)a6); c60 = O.MultiplyAdd(c60, x, b0); c61 = O.MultiplyAdd(c61, x, b1);
            x = O.Broadcast((int*)(a6 + aStride)); c70 = O.MultiplyAdd(c70, x, b0); c71 = O.MultiplyAdd(c71, x, b1);
            a += 4;
            a3 += 4;
            a6 += 4;
            b += StepBytes;
        }
        Store(c, c00, c01);
        Store(c + cStride, c10, c11);
        Store(c + (2 * cStride), c20, c21);
        Store(c + (3 * cStride), c30, c31);
        Store(c + (4 * cStride), c40, c41);
        Store(c + (5 * cStride), c50, c51);
        Store(c + (6 * cStride), c60, c61);
        Store(c + (7 * cStride), c70, c71);
    }

    /// <summary>6 rows by one panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile6(byte* a, nint aStride, byte* b, nint steps, int* c, nint cStride, nint ahead)
    {
        V c00 = default, c01 = default;
        V c10 = default, c11 = default;
        V c20 = default, c21 = default;
        V c30 = default, c31 = default;
        V c40 = default, c41 = default;
        V c50 = default, c51 = default;
        byte* a3 = a + (3 * aStride);
        for (nint k = 0; k < steps; k++)
        {
            V b0 = O.LoadWeights(b), b1 = O.LoadWeights(b + (StepBytes / 2)), x;
            Prefetch(b + ahead);
            if (StepBytes > 64)
                Prefetch(b + ahead + 64);
            x = O.Broadcast((int*)a); c00 = O.MultiplyAdd(c00, x, b0); c01 = O.MultiplyAdd(c01, x, b1);
            x = O.Broadcast((int*)(a + aStride)); c10 = O.MultiplyAdd(c10, x, b0); c11 = O.MultiplyAdd(c11, x, b1);
            x = O.Broadcast((int*)(a + (2 * aStride))); c20 = O.MultiplyAdd(c20, x, b0); c21 = O.MultiplyAdd(c21, x, b1);
            x = O.Broadcast((int*)a3); c30 = O.MultiplyAdd(c30, x, b0); c31 = O.MultiplyAdd(c31, x, b1);
            x = O.Broadcast((int*)(a3 + aStride)); c40 = O.MultiplyAdd(c40, x, b0); c41 = O.MultiplyAdd(c41, x, b1);
            x = O.Broadcast((int*)(a3 + (2 * aStride))); c50 = O.MultiplyAdd(c50, x, b0); c51 = O.MultiplyAdd(c51, x, b1);
            a += 4;
            a3 += 4;
            b += StepBytes;
        }
        Store(c, c00, c01);
        Store(c + cStride, c10, c11);
        Store(c + (2 * cStride), c20, c21);
        Store(c + (3 * cStride), c30, c31);
        Store(c + (4 * cStride), c40, c41);
        Store(c + (5 * cStride), c50, c51);
    }

    /// <summary>4 rows by one panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile4(byte* a, nint aStride, byte* b, nint steps, int* c, nint cStride, nint ahead)
    {
        V c00 = default, c01 = default;
        V c10 = default, c11 = default;
        V c20 = default, c21 = default;
        V c30 = default, c31 = default;
        byte* a3 = a + (3 * aStride);
        for (nint k = 0; k < steps; k++)
        {
            V b0 = O.LoadWeights(b), b1 = O.LoadWeights(b + (StepBytes / 2)), x;
            Prefetch(b + ahead);
            if (StepBytes > 64)
                Prefetch(b + ahead + 64);
            x = O.Broadcast((int*)a); c00 = O.MultiplyAdd(c00, x, b0); c01 = O.MultiplyAdd(c01, x, b1);
            x = O.Broadcast((int*)(a + aStride)); c10 = O.MultiplyAdd(c10, x, b0); c11 = O.MultiplyAdd(c11, x, b1);
            x = O.Broadcast((int*)(a + (2 * aStride))); c20 = O.MultiplyAdd(c20, x, b0); c21 = O.MultiplyAdd(c21, x, b1);
            x = O.Broadcast((int*)a3); c30 = O.MultiplyAdd(c30, x, b0); c31 = O.MultiplyAdd(c31, x, b1);
            a += 4;
            a3 += 4;
            b += StepBytes;
        }
        Store(c, c00, c01);
        Store(c + cStride, c10, c11);
        Store(c + (2 * cStride), c20, c21);
        Store(c + (3 * cStride), c30, c31);
    }

    /// <summary>2 rows by one panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile2(byte* a, nint aStride, byte* b, nint steps, int* c, nint cStride, nint ahead)
    {
        V c00 = default, c01 = default;
        V c10 = default, c11 = default;
        for (nint k = 0; k < steps; k++)
        {
            V b0 = O.LoadWeights(b), b1 = O.LoadWeights(b + (StepBytes / 2)), x;
            Prefetch(b + ahead);
            if (StepBytes > 64)
                Prefetch(b + ahead + 64);
            x = O.Broadcast((int*)a); c00 = O.MultiplyAdd(c00, x, b0); c01 = O.MultiplyAdd(c01, x, b1);
            x = O.Broadcast((int*)(a + aStride)); c10 = O.MultiplyAdd(c10, x, b0); c11 = O.MultiplyAdd(c11, x, b1);
            a += 4;
            b += StepBytes;
        }
        Store(c, c00, c01);
        Store(c + cStride, c10, c11);
    }

    /// <summary>1 row by one panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile1(byte* a, nint aStride, byte* b, nint steps, int* c, nint cStride, nint ahead)
    {
        V c00 = default, c01 = default;
        for (nint k = 0; k < steps; k++)
        {
            V b0 = O.LoadWeights(b), b1 = O.LoadWeights(b + (StepBytes / 2)), x;
            Prefetch(b + ahead);
            if (StepBytes > 64)
                Prefetch(b + ahead + 64);
            x = O.Broadcast((int*)a); c00 = O.MultiplyAdd(c00, x, b0); c01 = O.MultiplyAdd(c01, x, b1);
            a += 4;
            b += StepBytes;
        }
        Store(c, c00, c01);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(int* sums, V left, V right)
    {
        Unsafe.WriteUnaligned(sums, left);
        Unsafe.WriteUnaligned(sums + O.Count, right);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(byte* address)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(address);
    }
}
