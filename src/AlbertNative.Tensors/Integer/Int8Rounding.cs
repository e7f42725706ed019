using System.Numerics.Tensors;

namespace AlbertNative.Tensors;

/// <summary>Rounding of one output's weights to 8 bits, and back.</summary>
public static class Int8Rounding
{
    /// <summary>
    /// code = round(w / scale) with scale = max |w| / 127, ties to even. The scale is zero where all weights are.
    /// </summary>
    /// <param name="weights">One output's weights, [inputs], all finite.</param>
    /// <param name="codes">Takes the codes, -127 to 127, [inputs].</param>
    /// <returns>The scale: w ≈ scale · code.</returns>
    /// <exception cref="ArgumentException">The lengths differ, or a weight is not finite.</exception>
    public static float Round(ReadOnlySpan<float> weights, Span<sbyte> codes)
    {
        if (codes.Length != weights.Length)
            throw new ArgumentException($"{codes.Length} codes for {weights.Length} weights.", nameof(codes));
        float largest = weights.IsEmpty ? 0 : Math.Abs(TensorPrimitives.MaxMagnitude(weights));
        if (!float.IsFinite(largest))
            throw new ArgumentException("A weight is not finite, so its row has no 8-bit form.", nameof(weights));
        float scale = largest / 127;
        if (scale == 0)
        {
            codes.Clear();
            return 0;
        }
        for (int i = 0; i < weights.Length; i++)
            codes[i] = (sbyte)Math.Clamp(MathF.Round(weights[i] / scale), -127, 127);
        return scale;
    }

    /// <summary>The weights that codes stand for: scale · code.</summary>
    /// <param name="codes">One output's codes, [inputs].</param>
    /// <param name="scale">Their scale.</param>
    /// <param name="weights">Takes the weights, [inputs].</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Expand(ReadOnlySpan<sbyte> codes, float scale, Span<float> weights)
    {
        if (codes.Length != weights.Length)
            throw new ArgumentException($"{codes.Length} codes for {weights.Length} weights.", nameof(codes));
        for (int i = 0; i < codes.Length; i++)
            weights[i] = scale * codes[i];
    }
}
