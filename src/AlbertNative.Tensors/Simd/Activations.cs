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
    /// <summary>(1 + tanh u) / 2 is the sigmoid of 2u.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply(V x)
    {
        V square = S.Multiply(x, x);
        V inner = S.MultiplyAdd(square, S.Create(2 * 0.7978845608028654f * 0.044715f), S.Create(2 * 0.7978845608028654f));
        return S.Multiply(x, VectorMath<S, V>.Sigmoid(S.Multiply(x, inner)));
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
