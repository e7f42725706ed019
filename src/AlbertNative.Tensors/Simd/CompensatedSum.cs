using System.Runtime.CompilerServices;

namespace AlbertNative.Tensors.Simd;

/// <summary>Sums of many vectors, kept in two: the sum as it is rounded, and all that rounding took from it.</summary>
internal static class CompensatedSum<S, V>
    where S : ISimd<V>
    where V : struct
{
    /// <summary>Adds a value, and to <paramref name="lost"/> what the sum's rounding took from it (Knuth's two-sum).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(ref V sum, ref V lost, V value)
    {
        V next = S.Add(sum, value);
        V added = S.Subtract(next, sum);
        V error = S.Add(S.Subtract(sum, S.Subtract(next, added)), S.Subtract(value, added));
        lost = S.Add(lost, error);
        sum = next;
    }
}
