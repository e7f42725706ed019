namespace AlbertNative.Tensors;

/// <summary>
/// Weights in single precision. Panels of as many outputs as two vectors hold lie side by side, depth block by depth
/// block, so that a product reads its weights in one ascending stream.
/// </summary>
internal sealed unsafe class SingleWeights : LinearWeights
{
    private readonly PinnedFloats _panels;

    public SingleWeights(int outputs, int inputs)
        : this(outputs, inputs, Kernels.Best.PanelWidth)
    {
    }

    /// <summary>For the kernels of any width.</summary>
    internal SingleWeights(int outputs, int inputs, int panelWidth)
        : base(outputs, inputs, panelWidth)
    {
        DepthBlock = Kernels.DepthBlockOf(outputs, inputs);
        long length = (long)PanelCount * PanelWidth * inputs;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, PinnedFloats.MaxLength, nameof(outputs));
        _panels = new PinnedFloats((int)length);
        if (outputs % PanelWidth != 0)
            new Span<float>(_panels.Data, _panels.Length).Clear();
    }

    public override WeightPrecision Precision => WeightPrecision.Float32;

    /// <summary>Inputs in one depth block; the last may be shorter.</summary>
    public int DepthBlock { get; }

    /// <summary>The panels of the depth block that begins at <paramref name="depth"/>.</summary>
    public float* Block(int depth) => _panels.Data + ((nint)depth * PanelCount * PanelWidth);

    private protected override void PackRows(int first, int count, float* weight)
    {
        for (int depth = 0; depth < Inputs; depth += DepthBlock)
        {
            int block = Math.Min(DepthBlock, Inputs - depth);
            Panels.Pack(weight + depth, Inputs, count, block, Block(depth), first, PanelWidth);
        }
    }
}
