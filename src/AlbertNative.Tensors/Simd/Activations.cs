using System.Runtime.CompilerServices;

namespace AlbertNative.Tensors.Simd;

/// <summary>One activation on one vector; a type each, so that a kernel is compiled for the one it applies.</summary>
internal interface IActivation<S, V>
    where S : ISimd<V>
    where V : struct
{
    static abstract V Apply(V x);
}

internal readonly struct IdentityActivation<S, V> : IActivation<S, V>
    where S : ISimd<V>
    where V : struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply(V x) => x;
}

internal readonly struct GeluActivation<S, V> : IActivation<S, V>
    where S : ISimd<V>
    where V : struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply(V x) => S.Multiply(x, VectorMath<S, V>.NormalCdf(x));
}

internal readonly struct GeluTanhActivation<S, V> : IActivation<S, V>
    where S : ISimd<V>
    where V : struct
{
    /// <summary>2 √(2/π) / ln 2</summary>
    private const float Factor = 2 * 0.7978845608028654f * 1.4426950408889634f;

    /// <summary>(1 + tanh u) / 2 = e / (e + 1) with e = exp(2u) = 2^(2u / ln 2).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply(V x)
    {
        V inner = S.MultiplyAdd(S.Multiply(x, x), S.Create(Factor * 0.044715f), S.Create(Factor));
        V e = VectorMath<S, V>.Exp2(S.Min(S.Create(126f), S.Multiply(x, inner)));
        return S.Multiply(x, S.Divide(e, S.Add(e, S.Create(1f))));
    }
}

internal readonly struct ReluActivation<S, V> : IActivation<S, V>
    where S : ISimd<V>
    where V : struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply(V x) => S.Max(S.Zero, x);
}

internal readonly struct SiluActivation<S, V> : IActivation<S, V>
    where S : ISimd<V>
    where V : struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply(V x) => S.Multiply(x, VectorMath<S, V>.Sigmoid(x));
}

internal readonly struct TanhActivation<S, V> : IActivation<S, V>
    where S : ISimd<V>
    where V : struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply(V x) => VectorMath<S, V>.Tanh(x);
}
