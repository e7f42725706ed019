using System.Runtime.Intrinsics;

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
    private static void PackFour(float* source, nint stride, int depth, float* panel, nint width)
    {
        int k = 0;
        for (; k + 4 <= depth; k += 4)
        {
            Vector128<float> a = Vector128.Load(source + k), b = Vector128.Load(source + stride + k);
            Vector128<float> c = Vector128.Load(source + (2 * stride) + k), d = Vector128.Load(source + (3 * stride) + k);
            (Vector128<float> ab0, Vector128<float> ab1) = Interleave(a, b);
            (Vector128<float> cd0, Vector128<float> cd1) = Interleave(c, d);
            float* to = panel + (k * width);
            Vector128.Create(ab0.GetLower(), cd0.GetLower()).Store(to);
            Vector128.Create(ab0.GetUpper(), cd0.GetUpper()).Store(to + width);
            Vector128.Create(ab1.GetLower(), cd1.GetLower()).Store(to + (2 * width));
            Vector128.Create(ab1.GetUpper(), cd1.GetUpper()).Store(to + (3 * width));
        }
        for (; k < depth; k++)
        {
            for (int row = 0; row < 4; row++)
                panel[(k * width) + row] = source[(row * stride) + k];
        }
    }

    /// <summary>(a0 b0 a1 b1) and (a2 b2 a3 b3).</summary>
    private static (Vector128<float> Low, Vector128<float> High) Interleave(Vector128<float> a, Vector128<float> b)
    {
        Vector128<float> evens = Vector128.Shuffle(a, Vector128.Create(0, 0, 1, 1));
        Vector128<float> odds = Vector128.Shuffle(b, Vector128.Create(0, 0, 1, 1));
        Vector128<float> highEvens = Vector128.Shuffle(a, Vector128.Create(2, 2, 3, 3));
        Vector128<float> highOdds = Vector128.Shuffle(b, Vector128.Create(2, 2, 3, 3));
        Vector128<float> alternate = Vector128.Create(0, -1, 0, -1).AsSingle();
        return (Vector128.ConditionalSelect(alternate, odds, evens), Vector128.ConditionalSelect(alternate, highOdds, highEvens));
    }
}
