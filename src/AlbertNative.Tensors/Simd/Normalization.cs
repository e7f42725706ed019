using System.Runtime.CompilerServices;

namespace AlbertNative.Tensors.Simd;

/// <summary>
/// Layer normalisation of one row at a time. An error of the mean or of the scale is one of the whole row, which the
/// next product adds up instead of averaging out; so both are computed, and applied, to more than float's precision.
/// </summary>
internal static unsafe class Normalization<S, V>
    where S : ISimd<V>
    where V : struct
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void LayerNorm(float* x, float* weight, float* bias, int length, float eps, float* y)
    {
        double mean = Sum(x, length) / length;
        float meanHigh = (float)mean, meanLow = (float)(mean - meanHigh);
        double scale = 1 / Math.Sqrt((SumOfSquares(x, length, meanHigh, meanLow) / length) + eps);
        float scaleHigh = (float)scale, scaleLow = (float)(scale - scaleHigh);

        V meansHigh = S.Create(meanHigh), meansLow = S.Create(meanLow);
        V scalesHigh = S.Create(scaleHigh), scalesLow = S.Create(scaleLow);
        int i = 0;
        for (; i + S.Count <= length; i += S.Count)
        {
            V centred = S.Subtract(S.Subtract(S.Load(x + i), meansHigh), meansLow);
            V normal = S.MultiplyAdd(centred, scalesHigh, S.Multiply(centred, scalesLow));
            S.Store(y + i, S.MultiplyAdd(normal, S.Load(weight + i), S.Load(bias + i)));
        }
        for (; i < length; i++)
            y[i] = (float)(((x[i] - mean) * scale * weight[i]) + bias[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Sum(float* x, int length)
    {
        V sum0 = S.Zero, sum1 = S.Zero, lost0 = S.Zero, lost1 = S.Zero;
        int i = 0;
        for (; i + (2 * S.Count) <= length; i += 2 * S.Count)
        {
            Add(ref sum0, ref lost0, S.Load(x + i));
            Add(ref sum1, ref lost1, S.Load(x + i + S.Count));
        }
        double tail = 0;
        for (; i < length; i++)
            tail += x[i];
        return tail + Total(sum0) + Total(sum1) + Total(S.Add(lost0, lost1));
    }

    /// <summary>The second moment of the centred row: no cancellation as in E[x^2] - mean^2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double SumOfSquares(float* x, int length, float meanHigh, float meanLow)
    {
        V high = S.Create(meanHigh), low = S.Create(meanLow);
        V sum0 = S.Zero, sum1 = S.Zero, lost0 = S.Zero, lost1 = S.Zero;
        int i = 0;
        for (; i + (2 * S.Count) <= length; i += 2 * S.Count)
        {
            V centred0 = S.Subtract(S.Subtract(S.Load(x + i), high), low);
            V centred1 = S.Subtract(S.Subtract(S.Load(x + i + S.Count), high), low);
            Add(ref sum0, ref lost0, S.Multiply(centred0, centred0));
            Add(ref sum1, ref lost1, S.Multiply(centred1, centred1));
        }
        double tail = 0;
        for (; i < length; i++)
        {
            double centred = (double)x[i] - meanHigh - meanLow;
            tail += centred * centred;
        }
        return tail + Total(sum0) + Total(sum1) + Total(S.Add(lost0, lost1));
    }

    /// <summary>Adds a value, and to <paramref name="lost"/> what the sum's rounding took from it (Knuth's two-sum).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(ref V sum, ref V lost, V value)
    {
        V next = S.Add(sum, value);
        V added = S.Subtract(next, sum);
        V error = S.Add(S.Subtract(sum, S.Subtract(next, added)), S.Subtract(value, added));
        lost = S.Add(lost, error);
        sum = next;
    }

    private static double Total(V vector)
    {
        float* lanes = stackalloc float[S.Count];
        S.Store(lanes, vector);
        double total = 0;
        for (int i = 0; i < S.Count; i++)
            total += lanes[i];
        return total;
    }
}
