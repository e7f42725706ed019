using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace AlbertNative.Tensors.Simd;

/// <summary>
/// The product's innermost tiles: C (+)= A B for a few rows of A and one panel of B, all of C in registers.
/// Each element is one ascending chain of multiply-adds from zero over the depth, whatever the height of its tile.
/// A is row-major, B a packed panel [depth, 2 vectors], C row-major; strides are in floats.
/// </summary>
internal static unsafe class ProductTile<S, V>
    where S : ISimd<V>
    where V : struct
{
    /// <summary>
    /// Computes the tile of <see cref="HeightFor"/> and returns its height. On the way the panel's bytes
    /// <paramref name="ahead"/> of those in use are fetched, and a part of what <paramref name="later"/> has to come.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Run(
        int rows, float* a, nint aStride, float* b, nint depth, float* c, nint cStride, bool add, nint ahead, in FarStream later)
    {
        int height = HeightFor(rows);
        switch (height)
        {
            case 12:
                Tile12(a, aStride, b, depth, c, cStride, add, ahead, in later);
                break;
            case 8:
                Tile8(a, aStride, b, depth, c, cStride, add, ahead, in later);
                break;
            case 6:
                Tile6(a, aStride, b, depth, c, cStride, add, ahead, in later);
                break;
            case 4:
                Tile4(a, aStride, b, depth, c, cStride, add, ahead, in later);
                break;
            case 2:
                Tile2(a, aStride, b, depth, c, cStride, add, ahead, in later);
                break;
            default:
                Tile1(a, aStride, b, depth, c, cStride, add, ahead, in later);
                break;
        }
        return height;
    }

    /// <summary>The height of the tallest tile that fits into so many rows; 16 are two of 8, as one of 4 keeps few sums at work.</summary>
    public static int HeightFor(int rows)
    {
        if (S.TileRows == 12 && rows >= 8)
            return rows >= 12 && rows != 16 ? 12 : 8;
        return rows switch { >= 6 => 6, >= 4 => 4, >= 2 => 2, _ => 1 };
    }

    /// <summary>12 rows by one panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile12(
        float* a, nint aStride, float* b, nint depth, float* c, nint cStride, bool add, nint ahead, in FarStream later)
    {
        byte* far = later.Next;
        nint farBytes = later.BytesPerStep;
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
        float* a3 = a + (3 * aStride);
        float* a6 = a + (6 * aStride);
        float* a9 = a + (9 * aStride);
        for (nint k = 0; k < depth; k++)
        {
            V b0 = S.Load(b), b1 = S.Load(b + S.Count), x;
            Prefetch((byte*)b + ahead);
            PrefetchFar(far);
            far += farBytes;
            x = S.Create(a[0]); c00 = S.MultiplyAdd(x, b0, c00); c01 = S.MultiplyAdd(x, b1, c01);
            x = S.Create(a[aStride]); c10 = S.MultiplyAdd(x, b0, c10); c11 = S.MultiplyAdd(x, b1, c11);
            x = S.Create(a[2 * aStride]); c20 = S.MultiplyAdd(x, b0, c20); c21 = S.MultiplyAdd(x, b1, c21);
            x = S.Create(a3[0]); c30 = S.MultiplyAdd(x, b0, c30); c31 = S.MultiplyAdd(x, b1, c31);
            x = S.Create(a3[aStride]); c40 = S.MultiplyAdd(x, b0, c40); c41 = S.MultiplyAdd(x, b1, c41);
            x = S.Create(a3[2 * aStride]); c50 = S.MultiplyAdd(x, b0, c50); c51 = S.MultiplyAdd(x, b1, c51);
            x = S.Create(a6[0]); c60 = S.MultiplyAdd(x, b0, c60); c61 = S.MultiplyAdd(x, b1, c61);
            x = S.Create(a6[aStride]); c70 = S.MultiplyAdd(x, b0, c70); c71 = S.MultiplyAdd(x, b1, c71);
            x = S.Create(a6[2 * aStride]); c80 = S.MultiplyAdd(x, b0, c80); c81 = S.MultiplyAdd(x, b1, c81);
            x = S.Create(a9[0]); c90 = S.MultiplyAdd(x, b0, c90); c91 = S.MultiplyAdd(x, b1, c91);
            x = S.Create(a9[aStride]); c100 = S.MultiplyAdd(x, b0, c100); c101 = S.MultiplyAdd(x, b1, c101);
            x = S.Create(a9[2 * aStride]); c110 = S.MultiplyAdd(x, b0, c110); c111 = S.MultiplyAdd(x, b1, c111);
            a++;
            a3++;
            a6++;
            a9++;
            b += 2 * S.Count;
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

    /// <summary>8 rows by one panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile8(
        float* a, nint aStride, float* b, nint depth, float* c, nint cStride, bool add, nint ahead, in FarStream later)
    {
        byte* far = later.Next;
        nint farBytes = later.BytesPerStep;
        V c00 = S.Zero, c01 = S.Zero;
        V c10 = S.Zero, c11 = S.Zero;
        V c20 = S.Zero, c21 = S.Zero;
        V c30 = S.Zero, c31 = S.Zero;
        V c40 = S.Zero, c41 = S.Zero;
        V c50 = S.Zero, c51 = S.Zero;
        V c60 = S.Zero, c61 = S.Zero;
        V c70 = S.Zero, c71 = S.Zero;
        float* a3 = a + (3 * aStride);
        float* a6 = a + (6 * aStride);
        for (nint k = 0; k < depth; k++)
        {
            V b0 = S.Load(b), b1 = S.Load(b + S.Count), x;
            Prefetch((byte*)b + ahead);
            PrefetchFar(far);
            far += farBytes;
            x = S.Create(a[0]); c00 = S.MultiplyAdd(x, b0, c00); c01 = S.MultiplyAdd(x, b1, c01);
            x = S.Create(a[aStride]); c10 = S.MultiplyAdd(x, b0, c10); c11 = S.MultiplyAdd(x, b1, c11);
            x = S.Create(a[2 * aStride]); c20 = S.MultiplyAdd(x, b0, c20); c21 = S.MultiplyAdd(x, b1, c21);
            x = S.Create(a3[0]); c30 = S.MultiplyAdd(x, b0, c30); c31 = S.MultiplyAdd(x, b1, c31);
            x = S.Create(a3[aStride]); c40 = S.MultiplyAdd(x, b0, c40); c41 = S.MultiplyAdd(x, b1, c41);
            x = S.Create(a3[2 * aStride]); c50 = S.MultiplyAdd(x, b0, c50); c51 = S.MultiplyAdd(x, b1, c51);
            x = S.Create(a6[0]); c60 = S.MultiplyAdd(x, b0, c60); c61 = S.MultiplyAdd(x, b1, c61);
            x = S.Create(a6[aStride]); c70 = S.MultiplyAdd(x, b0, c70); c71 = S.MultiplyAdd(x, b1, c71);
            a++;
            a3++;
            a6++;
            b += 2 * S.Count;
        }
        Finish(c, c00, c01, add);
        Finish(c + cStride, c10, c11, add);
        Finish(c + (2 * cStride), c20, c21, add);
        Finish(c + (3 * cStride), c30, c31, add);
        Finish(c + (4 * cStride), c40, c41, add);
        Finish(c + (5 * cStride), c50, c51, add);
        Finish(c + (6 * cStride), c60, c61, add);
        Finish(c + (7 * cStride), c70, c71, add);
    }

    /// <summary>6 rows by one panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile6(
        float* a, nint aStride, float* b, nint depth, float* c, nint cStride, bool add, nint ahead, in FarStream later)
    {
        byte* far = later.Next;
        nint farBytes = later.BytesPerStep;
        V c00 = S.Zero, c01 = S.Zero;
        V c10 = S.Zero, c11 = S.Zero;
        V c20 = S.Zero, c21 = S.Zero;
        V c30 = S.Zero, c31 = S.Zero;
        V c40 = S.Zero, c41 = S.Zero;
        V c50 = S.Zero, c51 = S.Zero;
        float* a3 = a + (3 * aStride);
        for (nint k = 0; k < depth; k++)
        {
            V b0 = S.Load(b), b1 = S.Load(b + S.Count), x;
            Prefetch((byte*)b + ahead);
            PrefetchFar(far);
            far += farBytes;
            x = S.Create(a[0]); c00 = S.MultiplyAdd(x, b0, c00); c01 = S.MultiplyAdd(x, b1, c01);
            x = S.Create(a[aStride]); c10 = S.MultiplyAdd(x, b0, c10); c11 = S.MultiplyAdd(x, b1, c11);
            x = S.Create(a[2 * aStride]); c20 = S.MultiplyAdd(x, b0, c20); c21 = S.MultiplyAdd(x, b1, c21);
            x = S.Create(a3[0]); c30 = S.MultiplyAdd(x, b0, c30); c31 = S.MultiplyAdd(x, b1, c31);
            x = S.Create(a3[aStride]); c40 = S.MultiplyAdd(x, b0, c40); c41 = S.MultiplyAdd(x, b1, c41);
            x = S.Create(a3[2 * aStride]); c50 = S.MultiplyAdd(x, b0, c50); c51 = S.MultiplyAdd(x, b1, c51);
            a++;
            a3++;
            b += 2 * S.Count;
        }
        Finish(c, c00, c01, add);
        Finish(c + cStride, c10, c11, add);
        Finish(c + (2 * cStride), c20, c21, add);
        Finish(c + (3 * cStride), c30, c31, add);
        Finish(c + (4 * cStride), c40, c41, add);
        Finish(c + (5 * cStride), c50, c51, add);
    }

    /// <summary>4 rows by one panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile4(
        float* a, nint aStride, float* b, nint depth, float* c, nint cStride, bool add, nint ahead, in FarStream later)
    {
        byte* far = later.Next;
        nint farBytes = later.BytesPerStep;
        V c00 = S.Zero, c01 = S.Zero;
        V c10 = S.Zero, c11 = S.Zero;
        V c20 = S.Zero, c21 = S.Zero;
        V c30 = S.Zero, c31 = S.Zero;
        float* a3 = a + (3 * aStride);
        for (nint k = 0; k < depth; k++)
        {
            V b0 = S.Load(b), b1 = S.Load(b + S.Count), x;
            Prefetch((byte*)b + ahead);
            PrefetchFar(far);
            far += farBytes;
            x = S.Create(a[0]); c00 = S.MultiplyAdd(x, b0, c00); c01 = S.MultiplyAdd(x, b1, c01);
            x = S.Create(a[aStride]); c10 = S.MultiplyAdd(x, b0, c10); c11 = S.MultiplyAdd(x, b1, c11);
            x = S.Create(a[2 * aStride]); c20 = S.MultiplyAdd(x, b0, c20); c21 = S.MultiplyAdd(x, b1, c21);
            x = S.Create(a3[0]); c30 = S.MultiplyAdd(x, b0, c30); c31 = S.MultiplyAdd(x, b1, c31);
            a++;
            a3++;
            b += 2 * S.Count;
        }
        Finish(c, c00, c01, add);
        Finish(c + cStride, c10, c11, add);
        Finish(c + (2 * cStride), c20, c21, add);
        Finish(c + (3 * cStride), c30, c31, add);
    }

    /// <summary>2 rows by one panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile2(
        float* a, nint aStride, float* b, nint depth, float* c, nint cStride, bool add, nint ahead, in FarStream later)
    {
        byte* far = later.Next;
        nint farBytes = later.BytesPerStep;
        V c00 = S.Zero, c01 = S.Zero;
        V c10 = S.Zero, c11 = S.Zero;
        for (nint k = 0; k < depth; k++)
        {
            V b0 = S.Load(b), b1 = S.Load(b + S.Count), x;
            Prefetch((byte*)b + ahead);
            PrefetchFar(far);
            far += farBytes;
            x = S.Create(a[0]); c00 = S.MultiplyAdd(x, b0, c00); c01 = S.MultiplyAdd(x, b1, c01);
            x = S.Create(a[aStride]); c10 = S.MultiplyAdd(x, b0, c10); c11 = S.MultiplyAdd(x, b1, c11);
            a++;
            b += 2 * S.Count;
        }
        Finish(c, c00, c01, add);
        Finish(c + cStride, c10, c11, add);
    }

    /// <summary>1 row by one panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile1(
        float* a, nint aStride, float* b, nint depth, float* c, nint cStride, bool add, nint ahead, in FarStream later)
    {
        byte* far = later.Next;
        nint farBytes = later.BytesPerStep;
        V c00 = S.Zero, c01 = S.Zero;
        for (nint k = 0; k < depth; k++)
        {
            V b0 = S.Load(b), b1 = S.Load(b + S.Count), x;
            Prefetch((byte*)b + ahead);
            PrefetchFar(far);
            far += farBytes;
            x = S.Create(a[0]); c00 = S.MultiplyAdd(x, b0, c00); c01 = S.MultiplyAdd(x, b1, c01);
            a++;
            b += 2 * S.Count;
        }
        Finish(c, c00, c01, add);
    }

    /// <summary>Writes one row of a tile, or adds it to what earlier blocks of the depth left there.</summary>
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(byte* address)
    {
        if (!Sse.IsSupported)
            return;
        for (int line = 0; line < 2 * S.Count * sizeof(float); line += 64)
            Sse.Prefetch0(address + line);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PrefetchFar(byte* address)
    {
        if (Sse.IsSupported)
            Sse.Prefetch1(address);
    }
}
