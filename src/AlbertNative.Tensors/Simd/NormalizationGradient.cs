using System.Runtime.CompilerServices;

namespace AlbertNative.Tensors.Simd;

/// <summary>
/// The gradient of a LayerNorm's input, one row at a time: dx = r (q - mean(q) - x̂ mean(q ⊙ x̂)) with q = weight ⊙ dy
/// and r = 1 / sqrt(variance + epsilon). An error of either mean is one of the whole row, so both are summed in double.
/// </summary>
internal static unsafe class NormalizationGradient<S, V>
    where S : ISimd<V>
    where V : struct
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Row(float* dy, float* x, float* weight, int length, in RowMoments moments, float* dx)
    {
        double sum = 0, product = 0;
        int i = 0;
        for (; i + (4 * S.Count) <= length; i += 4 * S.Count)
        {
            // A few values added up lose next to nothing; it is the growing sum that must not.
            V sums = S.Zero, products = S.Zero;
            for (int j = 0; j < 4 * S.Count; j += S.Count)
            {
                V q = S.Multiply(S.Load(weight + i + j), S.Load(dy + i + j));
                sums = S.Add(sums, q);
                products = S.MultiplyAdd(q, moments.Normalize<S, V>(S.Load(x + i + j)), products);
            }
            sum += S.SumInDouble(sums);
            product += S.SumInDouble(products);
        }
        for (; i < length; i++)
        {
            double q = (double)weight[i] * dy[i];
            sum += q;
            product += q * moments.Normalize(x[i]);
        }
        double meanSum = sum / length, meanProduct = product / length, scale = moments.Scale;
        Pair m = new(meanSum), p = new(-meanProduct), r = new(scale);
        for (i = 0; i + S.Count <= length; i += S.Count)
        {
            V normal = moments.Normalize<S, V>(S.Load(x + i));
            V rest = S.MultiplyAdd(S.Load(weight + i), S.Load(dy + i), S.Subtract(S.Multiply(normal, p.Low), m.Low));
            rest = S.MultiplyAdd(normal, p.High, S.Subtract(rest, m.High));
            S.Store(dx + i, S.MultiplyAdd(rest, r.High, S.Multiply(rest, r.Low)));
        }
        for (; i < length; i++)
        {
            double q = (double)weight[i] * dy[i];
            dx[i] = (float)(scale * (q - meanSum - (moments.Normalize(x[i]) * meanProduct)));
        }
    }

    /// <summary>A number as a sum of two floats, in every lane.</summary>
    private readonly struct Pair(double value)
    {
        public readonly V High = S.Create((float)value);

        public readonly V Low = S.Create((float)(value - (float)value));
    }
}
