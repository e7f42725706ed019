using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace AlbertNative.Tensors;

/// <summary>
/// Packing for the product kernel: B [depth, columns] as panels [column / width][depth][width], from the rows of Bᵀ.
/// </summary>
internal static unsafe class Panels
{
    /// <summary>Packs rows of Bᵀ [rows, depth], <paramref name="stride"/> floats apart, as the columns from <paramref name="first"/> on.</summary>
    public static void Pack(float* source, nint stride, int rows, int depth, float* panels, int first, int width)
    {
        int row = 0;
        while (row < rows)
        {
            int column = (first + row) % width;
            float* panel = panels + ((nint)((first + row) / width) * width * depth) + column;
            if (column % 4 == 0 && rows - row >= 4)
            {
                PackFour(source + (row * stride), stride, depth, panel, width);
                row += 4;
            }
            else
            {
                for (int k = 0; k < depth; k++)
                    panel[(nint)k * width] = source[(row * stride) + k];
                row++;
            }
        }
    }

    /// <summary>Four rows at a time, transposed in 4 by 4 blocks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackFour(float* source, nint stride, int depth, float* panel, nint width)
    {
        int k = 0;
        for (; k + 4 <= depth; k += 4)
        {
            Vector128<float> a = Vector128.Load(source + k), b = Vector128.Load(source + stride + k);
            Vector128<float> c = Vector128.Load(source + (2 * stride) + k), d = Vector128.Load(source + (3 * stride) + k);
            (Vector128<float> ac0, Vector128<float> ac1) = Interleave(a, c);
            (Vector128<float> bd0, Vector128<float> bd1) = Interleave(b, d);
            (a, b) = Interleave(ac0, bd0);
            (c, d) = Interleave(ac1, bd1);
            float* to = panel + (k * width);
            a.Store(to);
            b.Store(to + width);
            c.Store(to + (2 * width));
            d.Store(to + (3 * width));
        }
        for (; k < depth; k++)
        {
            for (int row = 0; row < 4; row++)
                panel[(k * width) + row] = source[(row * stride) + k];
        }
    }

    /// <summary>(a0 b0 a1 b1) and (a2 b2 a3 b3).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector128<float> Low, Vector128<float> High) Interleave(Vector128<float> a, Vector128<float> b)
    {
        if (Sse.IsSupported)
            return (Sse.UnpackLow(a, b), Sse.UnpackHigh(a, b));
        if (AdvSimd.Arm64.IsSupported)
            return (AdvSimd.Arm64.ZipLow(a, b), AdvSimd.Arm64.ZipHigh(a, b));
        return (Vector128.Create(a[0], b[0], a[1], b[1]), Vector128.Create(a[2], b[2], a[3], b[3]));
    }
}
