using System.Runtime.CompilerServices;

namespace AlbertNative.Tensors.Simd;

/// <summary>Rounding of activations to 8 bits, a row at a time.</summary>
internal static unsafe class Quantization<S, V>
    where S : ISimd<V>
    where V : struct
{
    /// <summary>minimum = min x, scale = (max x - minimum) / 255, code = round((x - minimum) / scale).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Quantize(float* x, int columns, RowCode* row, bool wide)
    {
        // NaN where a value is NaN or infinite: minima and maxima pass over NaNs, and no code stands for one.
        float zero = 0;
        float least = x[0], largest = x[0];
        int i = 0;
        if (columns >= S.Count)
        {
            V low = S.Load(x), high = low, zeros = S.Zero;
            for (; i + S.Count <= columns; i += S.Count)
            {
                V value = S.Load(x + i);
                low = S.Min(low, value);
                high = S.Max(high, value);
                zeros = S.MultiplyAdd(value, S.Zero, zeros);
            }
            least = -S.MaxAcross(S.Subtract(S.Zero, low));
            largest = S.MaxAcross(high);
            zero = S.Sum(zeros);
        }
        for (; i < columns; i++)
        {
            least = MathF.Min(least, x[i]);
            largest = MathF.Max(largest, x[i]);
        }
        row->Minimum = least;
        row->Scale = ((largest - least) / 255) + zero;
        float factor = row->Scale > 0 ? 255 / (largest - least) : 0, shift = -least * factor;

        byte* codes = RowCode.Codes(row);
        int size = wide ? 2 : 1;
        V factors = S.Create(factor), shifts = S.Create(shift);
        for (i = 0; i + S.Count <= columns; i += S.Count)
            S.StoreCodes(codes + (i * size), S.MultiplyAdd(S.Load(x + i), factors, shifts), wide);
        float* rest = stackalloc float[S.Count];
        byte* restCodes = stackalloc byte[S.Count * 2];
        S.Store(rest, S.Zero);
        for (int k = i; k < columns; k++)
            rest[k - i] = x[k];
        S.StoreCodes(restCodes, S.MultiplyAdd(S.Load(rest), factors, shifts), wide);
        // Codes beyond the last column meet weights of zero.
        for (int k = 0; k < (RowCode.PaddedCodes(columns) - i) * size; k++)
            codes[(i * size) + k] = restCodes[k];
    }
}
