using System.Runtime.CompilerServices;

namespace AlbertNative.Tensors.Simd;

/// <summary>Elementwise passes of the optimizers over chunks of parameters.</summary>
internal static unsafe class Adam<S, V>
    where S : ISimd<V>
    where V : struct
{
    /// <summary>
    /// AdamW (Loshchilov and Hutter, arXiv:1711.05101) as torch.optim.AdamW orders it: decay, moments, step. The
    /// gradient is multiplied by <see cref="AdamScalars.GradientFactor"/> first. A last part of less than a vector goes
    /// through a vector of its own: every element is computed alike.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Update(float* parameter, float* gradient, float* m, float* v, int count, in AdamScalars s)
    {
        int i = 0;
        for (; i + S.Count <= count; i += S.Count)
            UpdateVector(parameter + i, gradient + i, m + i, v + i, in s);
        int rest = count - i;
        if (rest == 0)
            return;
        float* part = stackalloc float[4 * S.Count];
        new Span<float>(part, 4 * S.Count).Clear();
        Copy(parameter + i, part, rest);
        Copy(gradient + i, part + S.Count, rest);
        Copy(m + i, part + (2 * S.Count), rest);
        Copy(v + i, part + (3 * S.Count), rest);
        UpdateVector(part, part + S.Count, part + (2 * S.Count), part + (3 * S.Count), in s);
        Copy(part, parameter + i, rest);
        Copy(part + (2 * S.Count), m + i, rest);
        Copy(part + (3 * S.Count), v + i, rest);
    }

    /// <summary>The sum of squares, in double.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double SumOfSquares(float* x, int count)
    {
        double sum = 0;
        int i = 0;
        for (; i + (4 * S.Count) <= count; i += 4 * S.Count)
        {
            V part = S.Zero;
            for (int j = i; j < i + (4 * S.Count); j += S.Count)
                part = S.MultiplyAdd(S.Load(x + j), S.Load(x + j), part);
            sum += S.SumInDouble(part);
        }
        for (; i < count; i++)
            sum += (double)x[i] * x[i];
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void UpdateVector(float* parameter, float* gradient, float* m, float* v, in AdamScalars s)
    {
        V p = S.Multiply(S.Load(parameter), S.Create(s.Decay));
        V g = S.Multiply(S.Load(gradient), S.Create(s.GradientFactor));
        V first = S.Load(m);
        first = S.MultiplyAdd(S.Subtract(g, first), S.Create(s.OneMinusBeta1), first);
        V second = S.MultiplyAdd(S.Multiply(g, g), S.Create(s.OneMinusBeta2), S.Multiply(S.Load(v), S.Create(s.Beta2)));
        V denominator = S.Add(S.Divide(S.Sqrt(second), S.Create(s.RootOfCorrection2)), S.Create(s.Epsilon));
        V step = S.Divide(S.Multiply(first, S.Create(s.StepSize)), denominator);
        S.Store(parameter, S.Subtract(p, step));
        S.Store(m, first);
        S.Store(v, second);
    }

    private static void Copy(float* from, float* to, int count) => new Span<float>(from, count).CopyTo(new Span<float>(to, count));
}
