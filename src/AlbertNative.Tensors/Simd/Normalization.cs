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
        (double mean, double scale) = Moments(x, length, eps);
        float meanHigh = (float)mean, meanLow = (float)(mean - meanHigh);
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

    /// <summary>The row's mean, and 1 / sqrt(variance + epsilon).</summary>
    public static (double Mean, double Scale) Moments(float* x, int length, float eps)
    {
        double mean = Sum(x, length) / length;
        float meanHigh = (float)mean, meanLow = (float)(mean - meanHigh);
        return (mean, 1 / Math.Sqrt((SumOfSquares(x, length, meanHigh, meanLow) / length) + eps));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Sum(float* x, int length)
    {
        V sum = S.Zero, lost = S.Zero;
        int i = 0;
        for (; i + (4 * S.Count) <= length; i += 4 * S.Count)
        {
            // Four values added up lose next to nothing; it is the growing sum that must not.
            V left = S.Add(S.Load(x + i), S.Load(x + i + S.Count));
            V right = S.Add(S.Load(x + i + (2 * S.Count)), S.Load(x + i + (3 * S.Count)));
            CompensatedSum<S, V>.Add(ref sum, ref lost, S.Add(left, right));
        }
        double tail = 0;
        for (; i < length; i++)
            tail += x[i];
        return tail + S.SumInDouble(sum) + S.SumInDouble(lost);
    }

    /// <summary>The second moment of the centred row: no cancellation as in E[x^2] - mean^2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double SumOfSquares(float* x, int length, float meanHigh, float meanLow)
    {
        V high = S.Create(meanHigh), low = S.Create(meanLow);
        V sum = S.Zero, lost = S.Zero;
        int i = 0;
        for (; i + (4 * S.Count) <= length; i += 4 * S.Count)
        {
            V a = S.Subtract(S.Subtract(S.Load(x + i), high), low);
            V b = S.Subtract(S.Subtract(S.Load(x + i + S.Count), high), low);
            V c = S.Subtract(S.Subtract(S.Load(x + i + (2 * S.Count)), high), low);
            V d = S.Subtract(S.Subtract(S.Load(x + i + (3 * S.Count)), high), low);
            V left = S.MultiplyAdd(a, a, S.Multiply(b, b)), right = S.MultiplyAdd(c, c, S.Multiply(d, d));
            CompensatedSum<S, V>.Add(ref sum, ref lost, S.Add(left, right));
        }
        double tail = 0;
        for (; i < length; i++)
        {
            double centred = (double)x[i] - meanHigh - meanLow;
            tail += centred * centred;
        }
        return tail + S.SumInDouble(sum) + S.SumInDouble(lost);
    }
}
