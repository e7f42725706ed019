namespace AlbertNative.Tensors;

/// <summary>How the weights of a product are held.</summary>
public enum WeightPrecision
{
    /// <summary>As 32-bit floats.</summary>
    Float32,

    /// <summary>As 8-bit integers with a scale for each output; inputs are rounded to 8 bits row by row.</summary>
    Int8,

    /// <summary>
    /// As 16-bit integers with a scale for each output; inputs are rounded likewise. Of both, as many bits are in use as
    /// exact sums leave: 11 and 12 for 768 inputs.
    /// </summary>
    Int16,
}

/// <summary>The weights of y = x Wᵀ + b, W [outputs, inputs], packed for the product kernel once and shared by all threads.</summary>
public abstract unsafe class LinearWeights
{
    private readonly PinnedFloats _bias;

    private protected LinearWeights(int outputs, int inputs, int panelWidth)
    {
        Outputs = outputs;
        Inputs = inputs;
        PanelWidth = panelWidth;
        PanelCount = (outputs + panelWidth - 1) / panelWidth;
        // Biases are read a whole panel of any kernel at a time.
        _bias = new PinnedFloats((outputs + Kernels.MaxPanelWidth - 1) / Kernels.MaxPanelWidth * Kernels.MaxPanelWidth);
        new Span<float>(_bias.Data, _bias.Length).Clear();
    }

    /// <summary>The number of outputs, the rows of W.</summary>
    public int Outputs { get; }

    /// <summary>The number of inputs, the columns of W.</summary>
    public int Inputs { get; }

    /// <summary>How the weights are held.</summary>
    public abstract WeightPrecision Precision { get; }

    /// <summary>The outputs in one panel.</summary>
    internal int PanelWidth { get; }

    internal int PanelCount { get; }

    internal float* Bias => _bias.Data;

    /// <summary>Makes weights that are undefined until <see cref="SetRows"/> has been called for all rows.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A dimension is below 1, or the weights do not fit into an array.</exception>
    public static LinearWeights Create(int outputs, int inputs, WeightPrecision precision = WeightPrecision.Float32)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        return precision switch
        {
            WeightPrecision.Float32 => new SingleWeights(outputs, inputs),
            WeightPrecision.Int8 => new Int8Weights(outputs, inputs),
            WeightPrecision.Int16 => new Int16Weights(outputs, inputs),
            _ => throw new ArgumentOutOfRangeException(nameof(precision), precision, "Not a precision."),
        };
    }

    /// <summary>Packs some rows of W and b.</summary>
    /// <param name="first">The first of the rows.</param>
    /// <param name="weight">The rows, [count, <see cref="Inputs"/>].</param>
    /// <param name="bias">Their biases, [count], or empty where there are none.</param>
    /// <exception cref="ArgumentException">The lengths do not match each other or the shape of W.</exception>
    public void SetRows(int first, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias)
    {
        int count = RowsIn(first, weight.Length);
        SetBias(first, count, bias);
        fixed (float* source = weight)
            PackRows(first, count, source);
    }

    /// <summary>Packs some rows of W that have been rounded to 8 bits before, and b; all but 8-bit weights take scale · code.</summary>
    /// <param name="first">The first of the rows.</param>
    /// <param name="codes">The rows' codes, [count, <see cref="Inputs"/>], as <see cref="Int8Rounding"/> makes them.</param>
    /// <param name="scales">Their scales, [count].</param>
    /// <param name="bias">Their biases, [count], or empty where there are none.</param>
    /// <exception cref="ArgumentException">The lengths do not match each other or the shape of W.</exception>
    public void SetCodes(int first, ReadOnlySpan<sbyte> codes, ReadOnlySpan<float> scales, ReadOnlySpan<float> bias)
    {
        int count = RowsIn(first, codes.Length);
        if (scales.Length != count)
            throw new ArgumentException($"{scales.Length} scales for {count} rows.", nameof(scales));
        SetBias(first, count, bias);
        PackCodes(first, codes, scales);
    }

    private protected abstract void PackRows(int first, int count, float* weight);

    /// <summary>Packs scale · code, for weights that do not take the codes themselves.</summary>
    private protected virtual void PackCodes(int first, ReadOnlySpan<sbyte> codes, ReadOnlySpan<float> scales)
    {
        float[] weight = new float[Inputs];
        fixed (float* source = weight)
        {
            for (int row = 0; row < scales.Length; row++)
            {
                Int8Rounding.Expand(codes.Slice(row * Inputs, Inputs), scales[row], weight);
                PackRows(first + row, 1, source);
            }
        }
    }

    private int RowsIn(int first, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        int count = length / Inputs;
        if (length != (long)count * Inputs || count > Outputs - first)
            throw new ArgumentException($"{length} weights are not whole rows of [{Outputs}, {Inputs}] from row {first} on.", nameof(length));
        return count;
    }

    private void SetBias(int first, int count, ReadOnlySpan<float> bias)
    {
        if (!bias.IsEmpty && bias.Length != count)
            throw new ArgumentException($"{bias.Length} biases for {count} rows.", nameof(bias));
        bias.CopyTo(new Span<float>(_bias.Data + first, count));
    }
}
