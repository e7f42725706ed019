using AlbertNative.Tensors;
using AlbertNative.Tensors.Simd;

namespace AlbertNative.Tests.Tensors;

/// <summary>The elementary functions of the kernels over whole arrays, at one vector width.</summary>
internal abstract class VectorFunctions
{
    public abstract float[] Exp(float[] x);

    public abstract float[] Exp2(float[] x);

    public abstract float[] Exp2Coarse(float[] x);

    public abstract float[] Activate(Activation activation, float[] x);
}

internal sealed class VectorFunctions<S, V> : VectorFunctions
    where S : ISimd<V>
    where V : struct
{
    public override float[] Exp(float[] x) => Map(x, VectorMath<S, V>.Exp);

    public override float[] Exp2(float[] x) => Map(x, VectorMath<S, V>.Exp2);

    public override float[] Exp2Coarse(float[] x) => Map(x, VectorMath<S, V>.Exp2Coarse);

    public override float[] Activate(Activation activation, float[] x) => activation switch
    {
        Activation.None => Map(x, IdentityActivation<S, V>.Apply),
        Activation.Gelu => Map(x, GeluActivation<S, V>.Apply),
        Activation.GeluTanh => Map(x, GeluTanhActivation<S, V>.Apply),
        Activation.Relu => Map(x, ReluActivation<S, V>.Apply),
        Activation.Silu => Map(x, SiluActivation<S, V>.Apply),
        Activation.Tanh => Map(x, TanhActivation<S, V>.Apply),
        _ => throw new ArgumentOutOfRangeException(nameof(activation)),
    };

    private static unsafe float[] Map(float[] x, Func<V, V> function)
    {
        float[] y = new float[x.Length];
        float* lanes = stackalloc float[S.Count];
        for (int start = 0; start < x.Length; start += S.Count)
        {
            int count = Math.Min(S.Count, x.Length - start);
            new Span<float>(lanes, S.Count).Clear();
            x.AsSpan(start, count).CopyTo(new Span<float>(lanes, count));
            S.Store(lanes, function(S.Load(lanes)));
            new Span<float>(lanes, count).CopyTo(y.AsSpan(start));
        }
        return y;
    }
}
