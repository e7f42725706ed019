namespace AlbertNative.Tensors;

/// <summary>The weight and bias of a layer normalisation (Ba, Kiros and Hinton, arXiv:1607.06450) and its epsilon.</summary>
public sealed unsafe class LayerNormWeights
{
    private readonly PinnedFloats _values;

    /// <summary>Copies the weights.</summary>
    /// <param name="weight">The scale of each element, [length].</param>
    /// <param name="bias">The shift of each element, [length].</param>
    /// <param name="epsilon">What is added to the variance.</param>
    /// <exception cref="ArgumentException">The lengths differ, or are zero.</exception>
    public LayerNormWeights(ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, float epsilon)
    {
        if (weight.IsEmpty || weight.Length != bias.Length)
            throw new ArgumentException($"{weight.Length} weights and {bias.Length} biases.", nameof(bias));
        Length = weight.Length;
        Epsilon = epsilon;
        _values = new PinnedFloats(2 * Length);
        weight.CopyTo(new Span<float>(_values.Data, Length));
        bias.CopyTo(new Span<float>(_values.Data + Length, Length));
    }

    /// <summary>The length of a row.</summary>
    public int Length { get; }

    /// <summary>What is added to the variance.</summary>
    public float Epsilon { get; }

    /// <summary>Normalises one row in place.</summary>
    /// <exception cref="ArgumentException">The row's length is not <see cref="Length"/>.</exception>
    public void Normalize(Span<float> row)
    {
        if (row.Length != Length)
            throw new ArgumentException($"A row of {row.Length} for a norm of {Length}.", nameof(row));
        fixed (float* x = row)
            Kernels.Best.LayerNorm(x, Weight.Row(0), Bias.Row(0), Length, Epsilon, x);
        GC.KeepAlive(_values.Owner);
    }

    /// <summary>[1, <see cref="Length"/>]</summary>
    internal Matrix Weight => new(_values.Owner, _values.Data, 1, Length, Length);

    /// <summary>[1, <see cref="Length"/>]</summary>
    internal Matrix Bias => new(_values.Owner, _values.Data + Length, 1, Length, Length);
}
