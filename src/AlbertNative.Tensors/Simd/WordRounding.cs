using System.Runtime.CompilerServices;

namespace AlbertNative.Tensors.Simd;

/// <summary>Rounding of a few numbers to 16-bit codes around zero, x ≈ scale · code.</summary>
internal static unsafe class WordRounding<S, V>
    where S : ISimd<V>
    where V : struct
{
    /// <summary>Below this a number's reciprocal might not be finite; such numbers are all zero.</summary>
    private const float LeastMagnitude = 1e-30f;

    /// <summary>scale = max |x| / limit, codes as <see cref="Round"/> makes them; returns the scale, NaN where a number is not finite.</summary>
    public static float RoundToLimit(float* x, int count, int limit, short* codes, int padded)
    {
        float scale = Scale(Largest(x, count), limit, out float inverse);
        Round(x, count, inverse, codes, padded);
        return scale;
    }

    /// <summary>max |x|, NaN where a number is not finite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Largest(float* x, int count)
    {
        // Maxima may pass over NaNs; x · 0 summed up does not.
        V largest = S.Zero, zeros = S.Zero;
        int k = 0;
        for (; k + S.Count <= count; k += S.Count)
        {
            V value = S.Load(x + k);
            largest = S.Max(largest, S.Abs(value));
            zeros = S.MultiplyAdd(value, S.Zero, zeros);
        }
        float rest = 0, restZero = 0;
        for (; k < count; k++)
        {
            rest = MathF.Max(rest, MathF.Abs(x[k]));
            restZero += x[k] * 0;
        }
        return MathF.Max(rest, S.MaxAcross(largest)) + S.Sum(zeros) + restZero;
    }

    /// <summary>The scale that takes the largest magnitude to the limit, and its reciprocal; both NaN where that is not finite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Scale(float largest, int limit, out float inverse)
    {
        bool vanishes = largest <= LeastMagnitude;
        inverse = vanishes ? 0 : limit / largest;
        return vanishes ? 0 : largest / limit;
    }

    /// <summary>code = round(x · inverse), zero from <paramref name="count"/> to <paramref name="padded"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Round(float* x, int count, float inverse, short* codes, int padded)
    {
        V factor = S.Create(inverse);
        int k = 0;
        for (; k + S.Count <= count; k += S.Count)
            S.StoreWords(codes + k, S.Round(S.Multiply(S.Load(x + k), factor)));
        if (k == padded)
            return;
        float* rest = stackalloc float[S.Count];
        short* restCodes = stackalloc short[S.Count];
        S.Store(rest, S.Zero);
        for (int i = k; i < count; i++)
            rest[i - k] = x[i];
        S.StoreWords(restCodes, S.Round(S.Multiply(S.Load(rest), factor)));
        for (int i = k; i < padded; i++)
            codes[i] = i < count ? restCodes[i - k] : (short)0;
    }
}
