using System.Runtime.CompilerServices;

namespace AlbertNative.Tensors.Simd;

/// <summary>
/// Elementary functions on vectors, each within about two units in the last place of its largest intermediate value.
/// </summary>
internal static class VectorMath<S, V>
    where S : ISimd<V>
    where V : struct
{
    /// <summary>exp(x); below -87 the result is a tiny positive number, above 88 it stays at exp(88).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Exp(V x)
    {
        V reduced = Reduce(x, out V power);
        return S.Scale(S.Add(reduced, S.Create(1f)), power);
    }

    /// <summary>
    /// 2^x; below -126 it stays at 2^-126. x = n + f with |f| at most a half; (2^f - 1) / f is interpolated at the Chebyshev
    /// nodes of that interval, the relative error below 6e-9.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Exp2(V x)
    {
        V bounded = S.Max(S.Create(-126f), x);
        V power = S.Round(bounded);
        V f = S.Subtract(bounded, power);
        V p = S.Create(0.000154531629f);
        p = S.MultiplyAdd(p, f, S.Create(0.00133908634f));
        p = S.MultiplyAdd(p, f, S.Create(0.00961808256f));
        p = S.MultiplyAdd(p, f, S.Create(0.0555035711f));
        p = S.MultiplyAdd(p, f, S.Create(0.240226508f));
        p = S.MultiplyAdd(p, f, S.Create(0.693147188f));
        return S.Scale(S.MultiplyAdd(p, f, S.Create(1f)), power);
    }

    /// <summary>As <see cref="Exp2"/>, the relative error below 8e-6.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Exp2Coarse(V x)
    {
        V bounded = S.Max(S.Create(-126f), x);
        V power = S.Round(bounded);
        V f = S.Subtract(bounded, power);
        V p = S.Create(0.00965671055f);
        p = S.MultiplyAdd(p, f, S.Create(0.0558382832f));
        p = S.MultiplyAdd(p, f, S.Create(0.2402253f));
        p = S.MultiplyAdd(p, f, S.Create(0.693136752f));
        return S.Scale(S.MultiplyAdd(p, f, S.Create(1f)), power);
    }

    /// <summary>exp(x) - 1 without the cancellation near zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V ExpMinusOne(V x)
    {
        V reduced = Reduce(x, out V power);
        V scale = S.Scale(S.Create(1f), power);
        return S.MultiplyAdd(scale, reduced, S.Subtract(scale, S.Create(1f)));
    }

    /// <summary>tanh(x) = e / (e + 2) with e = exp(2x) - 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Tanh(V x)
    {
        V bounded = S.Max(S.Create(-20f), S.Min(S.Create(20f), x));
        V e = ExpMinusOne(S.Add(bounded, bounded));
        return S.Divide(e, S.Add(e, S.Create(2f)));
    }

    /// <summary>1 / (1 + exp(-x)), as exp(x) / (exp(x) + 1): no cancellation on either side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Sigmoid(V x)
    {
        V e = Exp(x);
        return S.Divide(e, S.Add(e, S.Create(1f)));
    }

    /// <summary>As <see cref="Sigmoid(V)"/> with one more rounding, and its rest to one, 1 / (exp(x) + 1): no cancellation either.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Sigmoid(V x, out V rest)
    {
        V e = Exp(x);
        rest = S.Divide(S.Create(1f), S.Add(e, S.Create(1f)));
        return S.Multiply(e, rest);
    }

    /// <summary>
    /// The standard normal distribution function (1 + erf(x / sqrt 2)) / 2, as erfc(|x| / sqrt 2) / 2 or its complement.
    /// erfc(z) = exp(-z^2) P(t) / (1 + 2z) with t = (z - 3) / (z + 3), after Shepherd and Laframboise, "Chebyshev
    /// approximation of (1 + 2x) exp(x^2) erfc x" (Math. Comp. 36, 1981); P interpolates at the Chebyshev nodes of
    /// 0 to 10.5, its error below 1e-9.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V NormalCdf(V x)
    {
        V z = S.Min(S.Create(9f), S.Multiply(S.Abs(x), S.Create(0.70710678118654752f)));
        V t = S.Divide(S.Subtract(z, S.Create(3f)), S.Add(z, S.Create(3f)));
        V p = S.Create(-0.000273596004f);
        p = S.MultiplyAdd(p, t, S.Create(-0.000788120766f));
        p = S.MultiplyAdd(p, t, S.Create(0.00200177122f));
        p = S.MultiplyAdd(p, t, S.Create(0.00257685652f));
        p = S.MultiplyAdd(p, t, S.Create(-0.0237946645f));
        p = S.MultiplyAdd(p, t, S.Create(0.0682930291f));
        p = S.MultiplyAdd(p, t, S.Create(-0.119271919f));
        p = S.MultiplyAdd(p, t, S.Create(0.129646715f));
        p = S.MultiplyAdd(p, t, S.Create(-0.0475623182f));
        p = S.MultiplyAdd(p, t, S.Create(-0.135621149f));
        p = S.MultiplyAdd(p, t, S.Create(1.25300806f));
        V gauss = Exp(S.Subtract(S.Zero, S.Multiply(z, z)));
        V tail = S.Divide(S.Multiply(S.Multiply(gauss, p), S.Create(0.5f)), S.MultiplyAdd(z, S.Create(2f), S.Create(1f)));
        return S.SelectNegative(x, tail, S.Subtract(S.Create(1f), tail));
    }

    /// <summary>
    /// x = power * ln 2 + r with |r| at most ln 2 / 2; returns exp(r) - 1 by its Taylor series, whose eighth term is
    /// below half a unit in the last place.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Reduce(V x, out V power)
    {
        V bounded = S.Max(S.Create(-87f), S.Min(S.Create(88f), x));
        power = S.Round(S.Multiply(bounded, S.Create(1.44269504088896341f)));
        // ln 2 in two parts: the first has few enough bits that its product with any power is exact.
        V r = S.MultiplyAdd(power, S.Create(-0.693359375f), bounded);
        r = S.MultiplyAdd(power, S.Create(2.12194440054690583e-4f), r);
        V p = S.Create(1f / 5040);
        p = S.MultiplyAdd(p, r, S.Create(1f / 720));
        p = S.MultiplyAdd(p, r, S.Create(1f / 120));
        p = S.MultiplyAdd(p, r, S.Create(1f / 24));
        p = S.MultiplyAdd(p, r, S.Create(1f / 6));
        p = S.MultiplyAdd(p, r, S.Create(1f / 2));
        return S.MultiplyAdd(S.Multiply(p, r), r, r);
    }
}
