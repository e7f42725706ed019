using System.Runtime.CompilerServices;

namespace AlbertNative.Tensors.Simd;

/// <summary>
/// As <see cref="IntegerTile{O, V}"/>, for instructions that multiply but do not add: products are added while the next row's are
/// made. Next to their own multiplication, additions take turns on the units that the multiplications need.
/// </summary>
internal static unsafe class DelayedTile<O, V>
    where O : IIntegerOps<V>
    where V : struct
{
    /// <summary>12 rows by one panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile12(byte* a, nint aStride, byte* b, nint steps, int* c, nint cStride, nint ahead)
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
            V b0 = O.LoadWeights(b), b1 = O.LoadWeights(b + (IntegerTile<O, V>.StepBytes / 2)), x, p0, p1, q0, q1;
            IntegerTile<O, V>.Prefetch(b + ahead);
            if (IntegerTile<O, V>.StepBytes > 64)
                IntegerTile<O, V>.Prefetch(b + ahead + 64);
            x = O.Broadcast((int*)a); p0 = O.Multiply(x, b0); p1 = O.Multiply(x, b1);
            x = O.Broadcast((int*)(a + aStride)); q0 = O.Multiply(x, b0); q1 = O.Multiply(x, b1); c00 = O.Add(c00, p0); c01 = O.Add(c01, p1);
            x = O.Broadcast((int*)(a + (2 * aStride))); p0 = O.Multiply(x, b0); p1 = O.Multiply(x, b1); c10 = O.Add(c10, q0); c11 = O.Add(c11, q1);
            x = O.Broadcast((int*)a3); q0 = O.Multiply(x, b0); q1 = O.Multiply(x, b1); c20 = O.Add(c20, p0); c21 = O.Add(c21, p1);
            x = O.Broadcast((int*)(a3 + aStride)); p0 = O.Multiply(x, b0); p1 = O.Multiply(x, b1); c30 = O.Add(c30, q0); c31 = O.Add(c31, q1);
            x = O.Broadcast((int*)(a3 + (2 * aStride))); q0 = O.Multiply(x, b0); q1 = O.Multiply(x, b1); c40 = O.Add(c40, p0); c41 = O.Add(c41, p1);
            x = O.Broadcast((int*)a6); p0 = O.Multiply(x, b0); p1 = O.Multiply(x, b1); c50 = O.Add(c50, q0); c51 = O.Add(c51, q1);
            x = O.Broadcast((int*)(a6 + aStride)); q0 = O.Multiply(x, b0); q1 = O.Multiply(x, b1); c60 = O.Add(c60, p0); c61 = O.Add(c61, p1);
            x = O.Broadcast((int*)(a6 + (2 * aStride))); p0 = O.Multiply(x, b0); p1 = O.Multiply(x, b1); c70 = O.Add(c70, q0); c71 = O.Add(c71, q1);
            x = O.Broadcast((int*)a9); q0 = O.Multiply(x, b0); q1 = O.Multiply(x, b1); c80 = O.Add(c80, p0); c81 = O.Add(c81, p1);
            x = O.Broadcast((int*)(a9 + aStride)); p0 = O.Multiply(x, b0); p1 = O.Multiply(x, b1); c90 = O.Add(c90, q0); c91 = O.Add(c91, q1);
            x = O.Broadcast((int*)(a9 + (2 * aStride))); q0 = O.Multiply(x, b0); q1 = O.Multiply(x, b1); c100 = O.Add(c100, p0); c101 = O.Add(c101, p1);
            c110 = O.Add(c110, q0); c111 = O.Add(c111, q1);
            a += 4;
            a3 += 4;
            a6 += 4;
            a9 += 4;
            b += IntegerTile<O, V>.StepBytes;
        }
        IntegerTile<O, V>.Store(c, c00, c01);
        IntegerTile<O, V>.Store(c + cStride, c10, c11);
        IntegerTile<O, V>.Store(c + (2 * cStride), c20, c21);
        IntegerTile<O, V>.Store(c + (3 * cStride), c30, c31);
        IntegerTile<O, V>.Store(c + (4 * cStride), c40, c41);
        IntegerTile<O, V>.Store(c + (5 * cStride), c50, c51);
        IntegerTile<O, V>.Store(c + (6 * cStride), c60, c61);
        IntegerTile<O, V>.Store(c + (7 * cStride), c70, c71);
        IntegerTile<O, V>.Store(c + (8 * cStride), c80, c81);
        IntegerTile<O, V>.Store(c + (9 * cStride), c90, c91);
        IntegerTile<O, V>.Store(c + (10 * cStride), c100, c101);
        IntegerTile<O, V>.Store(c + (11 * cStride), c110, c111);
    }

    /// <summary>8 rows by one panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile8(byte* a, nint aStride, byte* b, nint steps, int* c, nint cStride, nint ahead)
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
            V b0 = O.LoadWeights(b), b1 = O.LoadWeights(b + (IntegerTile<O, V>.StepBytes / 2)), x, p0, p1, q0, q1;
            IntegerTile<O, V>.Prefetch(b + ahead);
            if (IntegerTile<O, V>.StepBytes > 64)
                IntegerTile<O, V>.Prefetch(b + ahead + 64);
            x = O.Broadcast((int*)a); p0 = O.Multiply(x, b0); p1 = O.Multiply(x, b1);
            x = O.Broadcast((int*)(a + aStride)); q0 = O.Multiply(x, b0); q1 = O.Multiply(x, b1); c00 = O.Add(c00, p0); c01 = O.Add(c01, p1);
            x = O.Broadcast((int*)(a + (2 * aStride))); p0 = O.Multiply(x, b0); p1 = O.Multiply(x, b1); c10 = O.Add(c10, q0); c11 = O.Add(c11, q1);
            x = O.Broadcast((int*)a3); q0 = O.Multiply(x, b0); q1 = O.Multiply(x, b1); c20 = O.Add(c20, p0); c21 = O.Add(c21, p1);
            x = O.Broadcast((int*)(a3 + aStride)); p0 = O.Multiply(x, b0); p1 = O.Multiply(x, b1); c30 = O.Add(c30, q0); c31 = O.Add(c31, q1);
            x = O.Broadcast((int*)(a3 + (2 * aStride))); q0 = O.Multiply(x, b0); q1 = O.Multiply(x, b1); c40 = O.Add(c40, p0); c41 = O.Add(c41, p1);
            x = O.Broadcast((int*)a6); p0 = O.Multiply(x, b0); p1 = O.Multiply(x, b1); c50 = O.Add(c50, q0); c51 = O.Add(c51, q1);
            x = O.Broadcast((int*)(a6 + aStride)); q0 = O.Multiply(x, b0); q1 = O.Multiply(x, b1); c60 = O.Add(c60, p0); c61 = O.Add(c61, p1);
            c70 = O.Add(c70, q0); c71 = O.Add(c71, q1);
            a += 4;
            a3 += 4;
            a6 += 4;
            b += IntegerTile<O, V>.StepBytes;
        }
        IntegerTile<O, V>.Store(c, c00, c01);
        IntegerTile<O, V>.Store(c + cStride, c10, c11);
        IntegerTile<O, V>.Store(c + (2 * cStride), c20, c21);
        IntegerTile<O, V>.Store(c + (3 * cStride), c30, c31);
        IntegerTile<O, V>.Store(c + (4 * cStride), c40, c41);
        IntegerTile<O, V>.Store(c + (5 * cStride), c50, c51);
        IntegerTile<O, V>.Store(c + (6 * cStride), c60, c61);
        IntegerTile<O, V>.Store(c + (7 * cStride), c70, c71);
    }
}
