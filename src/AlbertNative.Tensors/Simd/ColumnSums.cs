using System.Runtime.CompilerServices;

namespace AlbertNative.Tensors.Simd;

/// <summary>
/// Sums over rows, column by column: the gradients of biases and of a LayerNorm's parameters. Rows are added in blocks,
/// each from zero, and the blocks' sums in ascending order.
/// </summary>
internal static unsafe class ColumnSums<S, V>
    where S : ISimd<V>
    where V : struct
{
    /// <summary>Rows in one block: short chains cost next to nothing here and keep the sums close to exact.</summary>
    private const int BlockRows = 16;

    /// <summary>sums += Σ x over the rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(float* x, nint stride, int rows, int columns, float* sums)
    {
        int column = 0;
        for (; column + S.Count <= columns; column += S.Count)
        {
            V total = S.Zero;
            for (int first = 0; first < rows; first += BlockRows)
            {
                int end = Math.Min(rows, first + BlockRows);
                V block = S.Zero;
                for (int row = first; row < end; row++)
                    block = S.Add(block, S.Load(x + (row * stride) + column));
                total = S.Add(total, block);
            }
            S.Store(sums + column, S.Add(S.Load(sums + column), total));
        }
        for (; column < columns; column++)
        {
            float total = 0;
            for (int first = 0; first < rows; first += BlockRows)
            {
                int end = Math.Min(rows, first + BlockRows);
                float block = 0;
                for (int row = first; row < end; row++)
                    block += x[(row * stride) + column];
                total += block;
            }
            sums[column] += total;
        }
    }

    /// <summary>weight += Σ dy ⊙ x̂ and bias += Σ dy over the rows, with x̂ = (x - mean) · scale.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddNorm(
        float* dy, nint dyStride, float* x, nint xStride, RowMoments* moments, int rows, int columns, float* weight, float* bias)
    {
        int column = 0;
        for (; column + S.Count <= columns; column += S.Count)
        {
            V totalWeight = S.Zero, totalBias = S.Zero;
            for (int first = 0; first < rows; first += BlockRows)
            {
                int end = Math.Min(rows, first + BlockRows);
                V blockWeight = S.Zero, blockBias = S.Zero;
                for (int row = first; row < end; row++)
                {
                    V d = S.Load(dy + (row * dyStride) + column);
                    V normal = moments[row].Normalize<S, V>(S.Load(x + (row * xStride) + column));
                    blockWeight = S.MultiplyAdd(d, normal, blockWeight);
                    blockBias = S.Add(blockBias, d);
                }
                totalWeight = S.Add(totalWeight, blockWeight);
                totalBias = S.Add(totalBias, blockBias);
            }
            S.Store(weight + column, S.Add(S.Load(weight + column), totalWeight));
            S.Store(bias + column, S.Add(S.Load(bias + column), totalBias));
        }
        for (; column < columns; column++)
        {
            double totalWeight = 0, totalBias = 0;
            for (int row = 0; row < rows; row++)
            {
                double d = dy[(row * dyStride) + column];
                totalWeight += d * moments[row].Normalize(x[(row * xStride) + column]);
                totalBias += d;
            }
            weight[column] += (float)totalWeight;
            bias[column] += (float)totalBias;
        }
    }
}
