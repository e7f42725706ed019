using System.Runtime.CompilerServices;
using AlbertNative.Tensors.Simd;

namespace AlbertNative.Tensors;

/// <summary>A row's mean and the reciprocal of its deviation, each as a sum of two floats: as exact as the forward pass has them.</summary>
internal readonly struct RowMoments(double mean, double scale)
{
    private readonly float _meanHigh = (float)mean;
    private readonly float _meanLow = (float)(mean - (float)mean);
    private readonly float _scaleHigh = (float)scale;
    private readonly float _scaleLow = (float)(scale - (float)scale);

    /// <summary>1 / sqrt(variance + epsilon).</summary>
    public double Scale => (double)_scaleHigh + _scaleLow;

    /// <summary>(x - mean) · scale, lane by lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Normalize<S, V>(V x)
        where S : ISimd<V>
        where V : struct
    {
        V centred = S.Subtract(S.Subtract(x, S.Create(_meanHigh)), S.Create(_meanLow));
        return S.MultiplyAdd(centred, S.Create(_scaleHigh), S.Multiply(centred, S.Create(_scaleLow)));
    }

    /// <summary>(x - mean) · scale.</summary>
    public double Normalize(float x) => ((double)x - _meanHigh - _meanLow) * Scale;
}
