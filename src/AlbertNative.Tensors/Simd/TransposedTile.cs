using System.Runtime.CompilerServices;

namespace AlbertNative.Tensors.Simd;

/// <summary>
/// The innermost tiles of a product over rows: C (+)= Aᵀ B for a few columns of A and one panel of columns of B, all of
/// C in registers. Both operands walk down their rows, unpacked: a step takes some adjacent floats of a row of A and
/// two vectors of the same row of B. Each element is one ascending chain of multiply-adds from zero over the rows,
/// whatever the height of its tile. Strides are in floats.
/// </summary>
internal static unsafe class TransposedTile<S, V>
    where S : ISimd<V>
    where V : struct
{
    /// <summary>
    /// Computes the tallest tile that fits into <paramref name="rows"/> rows of C, which are columns of A, and returns
    /// its height.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Run(int rows, float* a, nint aStride, float* b, nint bStride, nint depth, float* c, nint cStride, bool add)
    {
        if (S.TileRows == 12 && rows >= 12)
        {
            Tile12(a, aStride, b, bStride, depth, c, cStride, add);
            return 12;
        }
        if (rows >= 6)
        {
            Tile6(a, aStride, b, bStride, depth, c, cStride, add);
            return 6;
        }
        if (rows >= 2)
        {
            Tile2(a, aStride, b, bStride, depth, c, cStride, add);
            return 2;
        }
        Tile1(a, aStride, b, bStride, depth, c, cStride, add);
        return 1;
    }

    /// <summary>12 rows by one panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile12(float* a, nint aStride, float* b, nint bStride, nint depth, float* c, nint cStride, bool add)
    {
        V c00 = S.Zero, c01 = S.Zero;
        V c10 = S.Zero, c11 = S.Zero;
        V c20 = S.Zero, c21 = S.Zero;
        V c30 = S.Zero, c31 = S.Zero;
        V c40 = S.Zero, c41 = S.Zero;
        V c50 = S.Zero, c51 = S.Zero;
        V c60 = S.Zero, c61 = S.Zero;
        V c70 = S.Zero, c71 = S.Zero;
        V c80 = S.Zero, c81 = S.Zero;
        V c90 = S.Zero, c91 = S.Zero;
        V c100 = S.Zero, c101 = S.Zero;
        V c110 = S.Zero, c111 = S.Zero;
        for (nint k = 0; k < depth; k++)
        {
            V b0 = S.Load(b), b1 = S.Load(b + S.Count), x;
            x = S.Create(a[0]); c00 = S.MultiplyAdd(x, b0, c00); c01 = S.MultiplyAdd(x, b1, c01);
            x = S.Create(a[1]); c10 = S.MultiplyAdd(x, b0, c10); c11 = S.MultiplyAdd(x, b1, c11);
            x = S.Create(a[2]); c20 = S.MultiplyAdd(x, b0, c20); c21 = S.MultiplyAdd(x, b1, c21);
            x = S.Create(a[3]); c30 = S.MultiplyAdd(x, b0, c30); c31 = S.MultiplyAdd(x, b1, c31);
            x = S.Create(a[4]); c40 = S.MultiplyAdd(x, b0, c40); c41 = S.MultiplyAdd(x, b1, c41);
            x = S.Create(a[5]); c50 = S.MultiplyAdd(x, b0, c50); c51 = S.MultiplyAdd(x, b1, c51);
            x = S.Create(a[6]); c60 = S.MultiplyAdd(x, b0, c60); c61 = S.MultiplyAdd(x, b1, c61);
            x = S.Create(a[7]); c70 = S.MultiplyAdd(x, b0, c70); c71 = S.MultiplyAdd(x, b1, c71);
            x = S.Create(a[8]); c80 = S.MultiplyAdd(x, b0, c80); c81 = S.MultiplyAdd(x, b1, c81);
            x = S.Create(a[9]); c90 = S.MultiplyAdd(x, b0, c90); c91 = S.MultiplyAdd(x, b1, c91);
            x = S.Create(a[10]); c100 = S.MultiplyAdd(x, b0, c100); c101 = S.MultiplyAdd(x, b1, c101);
            x = S.Create(a[11]); c110 = S.MultiplyAdd(x, b0, c110); c111 = S.MultiplyAdd(x, b1, c111);
            a += aStride;
            b += bStride;
        }
        Finish(c, c00, c01, add);
        Finish(c + cStride, c10, c11, add);
        Finish(c + (2 * cStride), c20, c21, add);
        Finish(c + (3 * cStride), c30, c31, add);
        Finish(c + (4 * cStride), c40, c41, add);
        Finish(c + (5 * cStride), c50, c51, add);
        Finish(c + (6 * cStride), c60, c61, add);
        Finish(c + (7 * cStride), c70, c71, add);
        Finish(c + (8 * cStride), c80, c81, add);
        Finish(c + (9 * cStride), c90, c91, add);
        Finish(c + (10 * cStride), c100, c101, add);
        Finish(c + (11 * cStride), c110, c111, add);
    }

    /// <summary>6 rows by one panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile6(float* a, nint aStride, float* b, nint bStride, nint depth, float* c, nint cStride, bool add)
    {
        V c00 = S.Zero, c01 = S.Zero;
        V c10 = S.Zero, c11 = S.Zero;
        V c20 = S.Zero, c21 = S.Zero;
        V c30 = S.Zero, c31 = S.Zero;
        V c40 = S.Zero, c41 = S.Zero;
        V c50 = S.Zero, c51 = S.Zero;
        for (nint k = 0; k < depth; k++)
        {
            V b0 = S.Load(b), b1 = S.Load(b + S.Count), x;
            x = S.Create(a[0]); c00 = S.MultiplyAdd(x, b0, c00); c01 = S.MultiplyAdd(x, b1, c01);
            x = S.Create(a[1]); c10 = S.MultiplyAdd(x, b0, c10); c11 = S.MultiplyAdd(x, b1, c11);
            x = S.Create(a[2]); c20 = S.MultiplyAdd(x, b0, c20); c21 = S.MultiplyAdd(x, b1, c21);
            x = S.Create(a[3]); c30 = S.MultiplyAdd(x, b0, c30); c31 = S.MultiplyAdd(x, b1, c31);
            x = S.Create(a[4]); c40 = S.MultiplyAdd(x, b0, c40); c41 = S.MultiplyAdd(x, b1, c41);
            x = S.Create(a[5]); c50 = S.MultiplyAdd(x, b0, c50); c51 = S.MultiplyAdd(x, b1, c51);
            a += aStride;
            b += bStride;
        }
        Finish(c, c00, c01, add);
        Finish(c + cStride, c10, c11, add);
        Finish(c + (2 * cStride), c20, c21, add);
        Finish(c + (3 * cStride), c30, c31, add);
        Finish(c + (4 * cStride), c40, c41, add);
        Finish(c + (5 * cStride), c50, c51, add);
    }

    /// <summary>2 rows by one panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile2(float* a, nint aStride, float* b, nint bStride, nint depth, float* c, nint cStride, bool add)
    {
        V c00 = S.Zero, c01 = S.Zero;
        V c10 = S.Zero, c11 = S.Zero;
        for (nint k = 0; k < depth; k++)
        {
            V b0 = S.Load(b), b1 = S.Load(b + S.Count), x;
            x = S.Create(a[0]); c00 = S.MultiplyAdd(x, b0, c00); c01 = S.MultiplyAdd(x, b1, c01);
            x = S.Create(a[1]); c10 = S.MultiplyAdd(x, b0, c10); c11 = S.MultiplyAdd(x, b1, c11);
            a += aStride;
            b += bStride;
        }
        Finish(c, c00, c01, add);
        Finish(c + cStride, c10, c11, add);
    }

    /// <summary>1 row by one panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile1(float* a, nint aStride, float* b, nint bStride, nint depth, float* c, nint cStride, bool add)
    {
        V c00 = S.Zero, c01 = S.Zero;
        for (nint k = 0; k < depth; k++)
        {
            V b0 = S.Load(b), b1 = S.Load(b + S.Count), x;
            x = S.Create(a[0]); c00 = S.MultiplyAdd(x, b0, c00); c01 = S.MultiplyAdd(x, b1, c01);
            a += aStride;
            b += bStride;
        }
        Finish(c, c00, c01, add);
    }

    /// <summary>Writes one row of a tile, or adds it to what is there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(float* c, V left, V right, bool add)
    {
        if (add)
        {
            left = S.Add(S.Load(c), left);
            right = S.Add(S.Load(c + S.Count), right);
        }
        S.Store(c, left);
        S.Store(c + S.Count, right);
    }
}
