namespace AlbertNative.Tensors;

/// <summary>
/// Weights as whole numbers with a scale for each output, w ≈ scale · code. With inputs x ≈ minimum + scale · code, a
/// product is (Σ code code) · scale · scale + minimum · Σ w, and its sum is exact. As many inputs as a kernel takes at a
/// time lie side by side: [panel][input / group][panel width][group].
/// </summary>
internal abstract unsafe class IntegerWeights : LinearWeights
{
    /// <summary>Beyond this many inputs, 255 · 127 · inputs could exceed 32 bits.</summary>
    public const int MaxInputs = 65536;

    private readonly PinnedFloats _codes;
    private readonly PinnedFloats _scales;
    private readonly PinnedFloats _sums;

    private protected IntegerWeights(int outputs, int inputs, IntegerKernels kernels)
        : base(outputs, inputs, kernels.PanelWidth)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(inputs, MaxInputs);
        Kernels = kernels;
        Depth = RowCode.PaddedCodes(inputs);
        long bytes = (long)PanelCount * PanelWidth * Depth * kernels.WeightBytes;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes / sizeof(float), PinnedFloats.MaxLength, nameof(outputs));
        _codes = new PinnedFloats((int)(bytes / sizeof(float)));
        _scales = new PinnedFloats(PanelCount * PanelWidth);
        _sums = new PinnedFloats(PanelCount * PanelWidth);
        foreach (PinnedFloats memory in (ReadOnlySpan<PinnedFloats>)[_codes, _scales, _sums])
            new Span<float>(memory.Data, memory.Length).Clear();
    }

    /// <summary>The kernels that the weights are packed for.</summary>
    public IntegerKernels Kernels { get; }

    /// <summary>The inputs, rounded up to a multiple of four.</summary>
    public int Depth { get; }

    /// <summary>[outputs]</summary>
    public float* Scales => _scales.Data;

    /// <summary>Σ w, [outputs]; zero where inputs have no minimum.</summary>
    public float* Sums => _sums.Data;

    public byte* Panel(int panel) => (byte*)_codes.Data + ((nint)panel * PanelWidth * Depth * Kernels.WeightBytes);

    /// <summary>Fills in the codes of a row of inputs.</summary>
    public abstract void Quantize(float* x, RowCode* row);

    /// <summary>Where the code of an output's input lies, in codes from the start of its panel.</summary>
    private protected nint IndexOf(int output, int input)
    {
        int group = Kernels.Group;
        return ((nint)(input / group) * PanelWidth * group) + (output % PanelWidth * group) + (input % group);
    }
}
