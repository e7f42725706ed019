using System.Runtime.CompilerServices;

namespace AlbertNative.Tensors.Simd;

/// <summary>The derivative of an activation at one vector; a type each, as the activations themselves.</summary>
internal interface IActivationGradient<S, V>
    where S : ISimd<V>
    where V : struct
{
    static abstract V Apply(V x);
}

/// <summary>Φ(x) + x φ(x), φ(x) = exp(-x²/2) / √(2π).</summary>
internal readonly struct GeluGradient<S, V> : IActivationGradient<S, V>
    where S : ISimd<V>
    where V : struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply(V x)
    {
        // Beyond 10 the density is nothing, and its square would overflow far out.
        V bounded = S.Max(S.Create(-10f), S.Min(S.Create(10f), x));
        V density = VectorMath<S, V>.Exp(S.Multiply(S.Multiply(bounded, bounded), S.Create(-0.5f)));
        return S.MultiplyAdd(S.Multiply(bounded, S.Create(0.3989422804014327f)), density, VectorMath<S, V>.NormalCdf(x));
    }
}

/// <summary>s + x s (1 - s) w'(x), where the activation is x s and s = σ(w), w = 2 √(2/π) (x + 0.044715 x³).</summary>
internal readonly struct GeluTanhGradient<S, V> : IActivationGradient<S, V>
    where S : ISimd<V>
    where V : struct
{
    private const float Factor = 2 * 0.7978845608028654f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply(V x)
    {
        // Beyond 10 the sigmoid is 0 or 1 and the second term nothing; a cube would overflow far out.
        V bounded = S.Max(S.Create(-10f), S.Min(S.Create(10f), x));
        V square = S.Multiply(bounded, bounded);
        V w = S.Multiply(bounded, S.MultiplyAdd(square, S.Create(Factor * 0.044715f), S.Create(Factor)));
        V s = VectorMath<S, V>.Sigmoid(w, out V rest);
        V slope = S.MultiplyAdd(square, S.Create(3 * Factor * 0.044715f), S.Create(Factor));
        return S.MultiplyAdd(S.Multiply(bounded, slope), S.Multiply(s, rest), s);
    }
}

/// <summary>1 for x above 0, else 0: also at 0, as in PyTorch.</summary>
internal readonly struct ReluGradient<S, V> : IActivationGradient<S, V>
    where S : ISimd<V>
    where V : struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply(V x) => S.SelectNegative(S.Subtract(S.Zero, x), S.Create(1f), S.Multiply(x, S.Zero));
}

/// <summary>σ (1 + x (1 - σ)).</summary>
internal readonly struct SiluGradient<S, V> : IActivationGradient<S, V>
    where S : ISimd<V>
    where V : struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply(V x)
    {
        V bounded = S.Max(S.Create(-80f), S.Min(S.Create(80f), x));
        V s = VectorMath<S, V>.Sigmoid(bounded, out V rest);
        return S.MultiplyAdd(S.Multiply(bounded, rest), s, s);
    }
}

/// <summary>1 - tanh², as 4 σ (1 - σ), σ = σ(2x).</summary>
internal readonly struct TanhGradient<S, V> : IActivationGradient<S, V>
    where S : ISimd<V>
    where V : struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply(V x)
    {
        V bounded = S.Max(S.Create(-20f), S.Min(S.Create(20f), x));
        V s = VectorMath<S, V>.Sigmoid(S.Add(bounded, bounded), out V rest);
        return S.Multiply(S.Multiply(s, rest), S.Create(4f));
    }
}
