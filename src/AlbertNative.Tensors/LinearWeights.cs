namespace AlbertNative.Tensors;

/// <summary>
/// The weights of y = x Wᵀ + b, W [outputs, inputs], packed for the product kernel once and shared by all threads.
/// Panels of as many outputs as two vectors hold lie side by side, depth block by depth block, so that a product reads
/// its weights in one ascending stream.
/// </summary>
public sealed unsafe class LinearWeights
{
    private readonly PinnedFloats _panels;
    private readonly PinnedFloats _bias;

    /// <summary>Makes weights that are undefined until <see cref="SetRows"/> has been called for all rows.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A dimension is below 1, or the weights do not fit into an array.</exception>
    public LinearWeights(int outputs, int inputs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        Outputs = outputs;
        Inputs = inputs;
        PanelWidth = Kernels.Best.PanelWidth;
        PanelCount = (outputs + PanelWidth - 1) / PanelWidth;
        long length = (long)PanelCount * PanelWidth * inputs;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, PinnedFloats.MaxLength, nameof(outputs));
        _panels = new PinnedFloats((int)length);
        _bias = new PinnedFloats(PanelCount * PanelWidth);
        new Span<float>(_bias.Data, _bias.Length).Clear();
        if (outputs % PanelWidth != 0)
            new Span<float>(_panels.Data, _panels.Length).Clear();
    }

    /// <summary>The number of outputs, the rows of W.</summary>
    public int Outputs { get; }

    /// <summary>The number of inputs, the columns of W.</summary>
    public int Inputs { get; }

    internal int PanelWidth { get; }

    internal int PanelCount { get; }

    internal float* Bias => _bias.Data;

    /// <summary>Packs some rows of W and b.</summary>
    /// <param name="first">The first of the rows.</param>
    /// <param name="weight">The rows, [count, <see cref="Inputs"/>].</param>
    /// <param name="bias">Their biases, [count], or empty where there are none.</param>
    /// <exception cref="ArgumentException">The lengths do not match each other or the shape of W.</exception>
    public void SetRows(int first, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        int count = weight.Length / Inputs;
        if (weight.Length != (long)count * Inputs || count > Outputs - first)
            throw new ArgumentException($"{weight.Length} weights are not whole rows of [{Outputs}, {Inputs}] from row {first} on.", nameof(weight));
        if (!bias.IsEmpty && bias.Length != count)
            throw new ArgumentException($"{bias.Length} biases for {count} rows.", nameof(bias));

        bias.CopyTo(new Span<float>(_bias.Data + first, count));
        fixed (float* source = weight)
        {
            for (int depth = 0; depth < Inputs; depth += Kernels.DepthBlock)
            {
                int block = Math.Min(Kernels.DepthBlock, Inputs - depth);
                Panels.Pack(source + depth, Inputs, count, block, Block(depth), first, PanelWidth);
            }
        }
    }

    /// <summary>The panels of the depth block that begins at <paramref name="depth"/>.</summary>
    internal float* Block(int depth) => _panels.Data + ((nint)depth * PanelCount * PanelWidth);
}
