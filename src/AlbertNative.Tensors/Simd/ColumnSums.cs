using System.Runtime.CompilerServices;

namespace AlbertNative.Tensors.Simd;

/// <summary>
/// Sums over rows, column by column: the gradients of biases and of a LayerNorm's parameters, in which large numbers often
/// cancel. Rows are added in ascending order, and what each addition's rounding took is added at the end.
/// </summary>
internal static unsafe class ColumnSums<S, V>
    where S : ISimd<V>
    where V : struct
{
    /// <summary>sums += Σ x over the rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(float* x, nint stride, int rows, int columns, float* sums)
    {
        int column = 0;
        for (; column + S.Count <= columns; column += S.Count)
        {
            V sum = S.Zero, lost = S.Zero;
            for (int row = 0; row < rows; row++)
                CompensatedSum<S, V>.Add(ref sum, ref lost, S.Load(x + (row * stride) + column));
            S.Store(sums + column, S.Add(S.Load(sums + column), S.Add(sum, lost)));
        }
        for (; column < columns; column++)
        {
            double sum = 0;
            for (int row = 0; row < rows; row++)
                sum += x[(row * stride) + column];
            sums[column] += (float)sum;
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
            V weightSum = S.Zero, weightLost = S.Zero, biasSum = S.Zero, biasLost = S.Zero;
            for (int row = 0; row < rows; row++)
            {
                V d = S.Load(dy + (row * dyStride) + column);
                V normal = moments[row].Normalize<S, V>(S.Load(x + (row * xStride) + column));
                CompensatedSum<S, V>.Add(ref weightSum, ref weightLost, S.Multiply(d, normal));
                CompensatedSum<S, V>.Add(ref biasSum, ref biasLost, d);
            }
            S.Store(weight + column, S.Add(S.Load(weight + column), S.Add(weightSum, weightLost)));
            S.Store(bias + column, S.Add(S.Load(bias + column), S.Add(biasSum, biasLost)));
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
