using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace AlbertNative.Tensors.Simd;

/// <summary>
/// The 8-bit product: a few rows of codes by one panel of weights at a time, with the sums in registers, and their way
/// back to floats. Twelve sums, two weights and one activation fit into the 16 registers of AVX-VNNI.
/// </summary>
internal sealed unsafe class Int8Product<O, V> : Int8Kernels
    where O : IInt8Ops<V>
    where V : struct
{
    /// <summary>How far ahead of its use a panel is fetched where nothing has brought it into the cache before.</summary>
    private const int StreamAhead = 2048;

    public override int PanelWidth => 2 * O.Count;

    public override int Group => O.Group;

    public override int ChainOperations => Int8Chains<O, V>.Operations;

    public override float RunChains(int iterations) => Int8Chains<O, V>.Run(iterations);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Multiply(Matrix x, Int8Weights weights, Matrix y, int firstRow, int rows, int firstPanel, int panels)
    {
        nint steps = weights.Depth / O.Group, panelBytes = (nint)weights.Depth * 2 * O.Count;
        nint aStride = (nint)x.Stride * sizeof(float);
        for (int panel = firstPanel; panel < firstPanel + panels; panel++)
        {
            int column = panel * 2 * O.Count;
            Outputs outputs = new(weights.Scales + column, weights.Sums + column);
            sbyte* b = weights.Panel(panel);
            nint ahead = StreamAhead;
            int row = firstRow;
            while (row < firstRow + rows)
            {
                row += Tile(firstRow + rows - row, (byte*)x.Code(row), aStride, b, steps, in outputs, y.Row(row) + column, y.Stride, ahead);
                ahead = ahead == StreamAhead ? panelBytes : 0;
            }
        }
    }

    private static int Tile(
        int rows, byte* a, nint aStride, sbyte* b, nint steps, in Outputs outputs, float* y, nint yStride, nint ahead)
    {
        if (rows >= 6 && rows != 8)
        {
            Tile6(a, aStride, b, steps, in outputs, y, yStride, ahead);
            return 6;
        }
        if (rows >= 4)
        {
            Tile4(a, aStride, b, steps, in outputs, y, yStride, ahead);
            return 4;
        }
        if (rows >= 2)
        {
            Tile2(a, aStride, b, steps, in outputs, y, yStride, ahead);
            return 2;
        }
        Tile1(a, aStride, b, steps, in outputs, y, yStride, ahead);
        return 1;
    }

    /// <summary>6 rows by one panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile6(byte* a, nint aStride, sbyte* b, nint steps, in Outputs outputs, float* y, nint yStride, nint ahead)
    {
        V c00 = O.Zero, c01 = O.Zero;
        V c10 = O.Zero, c11 = O.Zero;
        V c20 = O.Zero, c21 = O.Zero;
        V c30 = O.Zero, c31 = O.Zero;
        V c40 = O.Zero, c41 = O.Zero;
        V c50 = O.Zero, c51 = O.Zero;
        byte* a0 = a + sizeof(RowCode);
        byte* a3 = a + sizeof(RowCode) + (3 * aStride);
        for (nint k = 0; k < steps; k++)
        {
            V b0 = O.LoadWeights(b), b1 = O.LoadWeights(b + (O.Count * O.Group)), x;
            Prefetch(b + ahead);
            x = O.Broadcast((int*)(a0)); c00 = O.MultiplyAdd(c00, x, b0); c01 = O.MultiplyAdd(c01, x, b1);
            x = O.Broadcast((int*)(a0 + aStride)); c10 = O.MultiplyAdd(c10, x, b0); c11 = O.MultiplyAdd(c11, x, b1);
            x = O.Broadcast((int*)(a0 + (2 * aStride))); c20 = O.MultiplyAdd(c20, x, b0); c21 = O.MultiplyAdd(c21, x, b1);
            x = O.Broadcast((int*)(a3)); c30 = O.MultiplyAdd(c30, x, b0); c31 = O.MultiplyAdd(c31, x, b1);
            x = O.Broadcast((int*)(a3 + aStride)); c40 = O.MultiplyAdd(c40, x, b0); c41 = O.MultiplyAdd(c41, x, b1);
            x = O.Broadcast((int*)(a3 + (2 * aStride))); c50 = O.MultiplyAdd(c50, x, b0); c51 = O.MultiplyAdd(c51, x, b1);
            a0 += 4;
            a3 += 4;
            b += 2 * O.Count * O.Group;
        }
        outputs.Store((RowCode*)(a), y, c00, c01);
        outputs.Store((RowCode*)(a + aStride), y + yStride, c10, c11);
        outputs.Store((RowCode*)(a + (2 * aStride)), y + (2 * yStride), c20, c21);
        outputs.Store((RowCode*)(a + (3 * aStride)), y + (3 * yStride), c30, c31);
        outputs.Store((RowCode*)(a + (4 * aStride)), y + (4 * yStride), c40, c41);
        outputs.Store((RowCode*)(a + (5 * aStride)), y + (5 * yStride), c50, c51);
    }

    /// <summary>4 rows by one panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile4(byte* a, nint aStride, sbyte* b, nint steps, in Outputs outputs, float* y, nint yStride, nint ahead)
    {
        V c00 = O.Zero, c01 = O.Zero;
        V c10 = O.Zero, c11 = O.Zero;
        V c20 = O.Zero, c21 = O.Zero;
        V c30 = O.Zero, c31 = O.Zero;
        byte* a0 = a + sizeof(RowCode);
        byte* a3 = a + sizeof(RowCode) + (3 * aStride);
        for (nint k = 0; k < steps; k++)
        {
            V b0 = O.LoadWeights(b), b1 = O.LoadWeights(b + (O.Count * O.Group)), x;
            Prefetch(b + ahead);
            x = O.Broadcast((int*)(a0)); c00 = O.MultiplyAdd(c00, x, b0); c01 = O.MultiplyAdd(c01, x, b1);
            x = O.Broadcast((int*)(a0 + aStride)); c10 = O.MultiplyAdd(c10, x, b0); c11 = O.MultiplyAdd(c11, x, b1);
            x = O.Broadcast((int*)(a0 + (2 * aStride))); c20 = O.MultiplyAdd(c20, x, b0); c21 = O.MultiplyAdd(c21, x, b1);
            x = O.Broadcast((int*)(a3)); c30 = O.MultiplyAdd(c30, x, b0); c31 = O.MultiplyAdd(c31, x, b1);
            a0 += 4;
            a3 += 4;
            b += 2 * O.Count * O.Group;
        }
        outputs.Store((RowCode*)(a), y, c00, c01);
        outputs.Store((RowCode*)(a + aStride), y + yStride, c10, c11);
        outputs.Store((RowCode*)(a + (2 * aStride)), y + (2 * yStride), c20, c21);
        outputs.Store((RowCode*)(a + (3 * aStride)), y + (3 * yStride), c30, c31);
    }

    /// <summary>2 rows by one panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile2(byte* a, nint aStride, sbyte* b, nint steps, in Outputs outputs, float* y, nint yStride, nint ahead)
    {
        V c00 = O.Zero, c01 = O.Zero;
        V c10 = O.Zero, c11 = O.Zero;
        byte* a0 = a + sizeof(RowCode);
        for (nint k = 0; k < steps; k++)
        {
            V b0 = O.LoadWeights(b), b1 = O.LoadWeights(b + (O.Count * O.Group)), x;
            Prefetch(b + ahead);
            x = O.Broadcast((int*)(a0)); c00 = O.MultiplyAdd(c00, x, b0); c01 = O.MultiplyAdd(c01, x, b1);
            x = O.Broadcast((int*)(a0 + aStride)); c10 = O.MultiplyAdd(c10, x, b0); c11 = O.MultiplyAdd(c11, x, b1);
            a0 += 4;
            b += 2 * O.Count * O.Group;
        }
        outputs.Store((RowCode*)(a), y, c00, c01);
        outputs.Store((RowCode*)(a + aStride), y + yStride, c10, c11);
    }

    /// <summary>1 row by one panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile1(byte* a, nint aStride, sbyte* b, nint steps, in Outputs outputs, float* y, nint yStride, nint ahead)
    {
        V c00 = O.Zero, c01 = O.Zero;
        byte* a0 = a + sizeof(RowCode);
        for (nint k = 0; k < steps; k++)
        {
            V b0 = O.LoadWeights(b), b1 = O.LoadWeights(b + (O.Count * O.Group)), x;
            Prefetch(b + ahead);
            x = O.Broadcast((int*)(a0)); c00 = O.MultiplyAdd(c00, x, b0); c01 = O.MultiplyAdd(c01, x, b1);
            a0 += 4;
            b += 2 * O.Count * O.Group;
        }
        outputs.Store((RowCode*)(a), y, c00, c01);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(sbyte* address)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(address);
    }

    /// <summary>The scale and the sum of the weights of each output of a panel.</summary>
    private readonly struct Outputs(float* scales, float* sums)
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Store(RowCode* row, float* y, V left, V right)
        {
            O.StoreScaled(y, left, row->Scale, scales, row->Minimum, sums);
            O.StoreScaled(y + O.Count, right, row->Scale, scales + O.Count, row->Minimum, sums + O.Count);
        }
    }
}
