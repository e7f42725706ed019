using System.Runtime.CompilerServices;

namespace AlbertNative.Tensors.Simd;

/// <summary>
/// Softmax cross entropy of one row of logits z against a label y, with label smoothing ε (Szegedy et al.,
/// arXiv:1512.00567): the loss (1 - ε)(log Σ exp z - z_y) + ε (log Σ exp z - mean z), and its gradient times a factor,
/// p - (1 - ε) 1[c = y] - ε / C, in the logits' place.
/// </summary>
internal static unsafe class CrossEntropy<S, V>
    where S : ISimd<V>
    where V : struct
{
    /// <summary>Below so many classes everything is done in double: it costs nothing, and all of the gradient starts here.</summary>
    private const int FewClasses = 128;

    public static double Row(float* z, int classes, int label, double smoothing, double factor)
    {
        double largest = double.NegativeInfinity, linear = 0;
        for (int c = 0; c < classes; c++)
            largest = Math.Max(largest, z[c]);
        if (smoothing > 0)
        {
            for (int c = 0; c < classes; c++)
                linear += z[c] - largest;
        }
        double target = z[label] - largest;
        double logSum = classes < FewClasses
            ? Few(z, classes, largest, smoothing, factor) : Many(z, classes, (float)largest, smoothing, factor);
        z[label] = (float)(factor * (Math.Exp(target - logSum) - (1 - smoothing) - (smoothing / classes)));
        return logSum - ((1 - smoothing) * target) - (smoothing * linear / classes);
    }

    private static double Few(float* z, int classes, double largest, double smoothing, double factor)
    {
        double* e = stackalloc double[FewClasses];
        double sum = 0;
        for (int c = 0; c < classes; c++)
            sum += e[c] = Math.Exp(z[c] - largest);
        for (int c = 0; c < classes; c++)
            z[c] = (float)(factor * ((e[c] / sum) - (smoothing / classes)));
        return Math.Log(sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Many(float* z, int classes, float largest, double smoothing, double factor)
    {
        V shift = S.Create(largest);
        double sum = 0;
        int i = 0;
        for (; i + (4 * S.Count) <= classes; i += 4 * S.Count)
        {
            V part = S.Zero;
            for (int j = i; j < i + (4 * S.Count); j += S.Count)
            {
                V e = VectorMath<S, V>.Exp(S.Subtract(S.Load(z + j), shift));
                S.Store(z + j, e);
                part = S.Add(part, e);
            }
            sum += S.SumInDouble(part);
        }
        for (; i < classes; i++)
            sum += z[i] = MathF.Exp(z[i] - largest);
        float scale = (float)(factor / sum), spread = (float)(factor * smoothing / classes);
        V scales = S.Create(scale), spreads = S.Create(spread);
        for (i = 0; i + S.Count <= classes; i += S.Count)
            S.Store(z + i, S.Subtract(S.Multiply(S.Load(z + i), scales), spreads));
        for (; i < classes; i++)
            z[i] = (z[i] * scale) - spread;
        return Math.Log(sum);
    }
}
