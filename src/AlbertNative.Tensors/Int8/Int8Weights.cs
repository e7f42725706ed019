namespace AlbertNative.Tensors;

/// <summary>
/// Weights as 8-bit integers with a scale for each output: w ≈ scale · code, code from -127 to 127. With inputs
/// x ≈ minimum + scale · code, a product is (Σ code code) · scale · scale + minimum · Σ w, and its sum is exact.
/// As many inputs as a kernel takes at a time lie side by side: [panel][input / _group][panel width][group].
/// </summary>
internal sealed unsafe class Int8Weights : LinearWeights
{
    /// <summary>Beyond this many inputs, 255 · 127 · inputs could exceed 32 bits.</summary>
    public const int MaxInputs = 65536;

    private readonly PinnedFloats _codes;
    private readonly PinnedFloats _scales;
    private readonly PinnedFloats _sums;

    private readonly int _group;

    public Int8Weights(int outputs, int inputs)
        : this(outputs, inputs, Int8Kernels.Best)
    {
    }

    /// <summary>For any kernels.</summary>
    internal Int8Weights(int outputs, int inputs, Int8Kernels kernels)
        : base(outputs, inputs, kernels.PanelWidth)
    {
        _group = kernels.Group;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(inputs, MaxInputs);
        Depth = RowCode.PaddedCodes(inputs);
        long bytes = (long)PanelCount * PanelWidth * Depth;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes / sizeof(float), PinnedFloats.MaxLength, nameof(outputs));
        _codes = new PinnedFloats((int)(bytes / sizeof(float)));
        _scales = new PinnedFloats(PanelCount * PanelWidth);
        _sums = new PinnedFloats(PanelCount * PanelWidth);
        foreach (PinnedFloats memory in (ReadOnlySpan<PinnedFloats>)[_codes, _scales, _sums])
            new Span<float>(memory.Data, memory.Length).Clear();
    }

    public override WeightPrecision Precision => WeightPrecision.Int8;

    /// <summary>The inputs, rounded up to a multiple of four.</summary>
    public int Depth { get; }

    /// <summary>[outputs]</summary>
    public float* Scales => _scales.Data;

    /// <summary>scale · Σ code, [outputs]</summary>
    public float* Sums => _sums.Data;

    public sbyte* Panel(int panel) => (sbyte*)_codes.Data + ((nint)panel * PanelWidth * Depth);

    private protected override void PackRows(int first, int count, float* weight)
    {
        sbyte[] codes = new sbyte[Inputs];
        for (int row = 0; row < count; row++)
        {
            float scale = Int8Rounding.Round(new ReadOnlySpan<float>(weight + ((nint)row * Inputs), Inputs), codes);
            SetRow(first + row, codes, scale);
        }
    }

    private protected override void PackCodes(int first, ReadOnlySpan<sbyte> codes, ReadOnlySpan<float> scales)
    {
        for (int row = 0; row < scales.Length; row++)
            SetRow(first + row, codes.Slice(row * Inputs, Inputs), scales[row]);
    }

    private void SetRow(int output, ReadOnlySpan<sbyte> codes, float scale)
    {
        sbyte* to = Panel(output / PanelWidth) + (output % PanelWidth * _group);
        int sum = 0;
        for (int input = 0; input < codes.Length; input++)
        {
            to[((nint)(input / _group) * PanelWidth * _group) + (input % _group)] = codes[input];
            sum += codes[input];
        }
        Scales[output] = scale;
        Sums[output] = scale * sum;
    }
}
