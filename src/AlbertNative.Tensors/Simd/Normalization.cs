using System.Runtime.CompilerServices;

namespace AlbertNative.Tensors.Simd;

/// <summary>Layer normalisation of one row at a time.</summary>
internal static unsafe class Normalization<S, V>
    where S : ISimd<V>
    where V : struct
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void LayerNorm(float* x, float* weight, float* bias, int length, float eps, float* y)
    {
        int whole = length - (length % S.Count);
        V sum0 = S.Zero, sum1 = S.Zero;
        int i = 0;
        for (; i + (2 * S.Count) <= whole; i += 2 * S.Count)
        {
            sum0 = S.Add(sum0, S.Load(x + i));
            sum1 = S.Add(sum1, S.Load(x + i + S.Count));
        }
        for (; i < whole; i += S.Count)
            sum0 = S.Add(sum0, S.Load(x + i));
        float sum = S.Sum(S.Add(sum0, sum1));
        for (; i < length; i++)
            sum += x[i];
        float mean = sum / length;

        // The second moment of the centred row: no cancellation as in E[x^2] - mean^2.
        V means = S.Create(mean), square0 = S.Zero, square1 = S.Zero;
        for (i = 0; i + (2 * S.Count) <= whole; i += 2 * S.Count)
        {
            V d0 = S.Subtract(S.Load(x + i), means), d1 = S.Subtract(S.Load(x + i + S.Count), means);
            square0 = S.MultiplyAdd(d0, d0, square0);
            square1 = S.MultiplyAdd(d1, d1, square1);
        }
        for (; i < whole; i += S.Count)
        {
            V d = S.Subtract(S.Load(x + i), means);
            square0 = S.MultiplyAdd(d, d, square0);
        }
        float squares = S.Sum(S.Add(square0, square1));
        for (; i < length; i++)
            squares += (x[i] - mean) * (x[i] - mean);
        float scale = (float)(1 / Math.Sqrt((squares / length) + (double)eps));

        V scales = S.Create(scale);
        for (i = 0; i < whole; i += S.Count)
        {
            V normal = S.Multiply(S.Subtract(S.Load(x + i), means), scales);
            S.Store(y + i, S.MultiplyAdd(normal, S.Load(weight + i), S.Load(bias + i)));
        }
        for (; i < length; i++)
            y[i] = float.MultiplyAddEstimate((x[i] - mean) * scale, weight[i], bias[i]);
    }
}
