namespace AlbertNative.Tensors;

/// <summary>
/// Weights and inputs of 16 bits around zero, as fine as exact 32-bit sums allow: for 768 inputs codes up to 1023 and
/// 2047, eight times finer than 8 bits.
/// </summary>
internal sealed unsafe class Int16Weights(int outputs, int inputs, Int16Kernels kernels) : IntegerWeights(outputs, inputs, kernels)
{
    private readonly int _limit = LimitFor(inputs);

    public Int16Weights(int outputs, int inputs)
        : this(outputs, inputs, Int16Kernels.Best)
    {
    }

    public override WeightPrecision Precision => WeightPrecision.Int16;

    /// <summary>
    /// The largest code l = 2ⁿ - 1 of one side such that inputs · l · (2l + 1) fits into 32 bits; the other side's codes
    /// reach 2l + 1.
    /// </summary>
    public static int LimitFor(int inputs)
    {
        int limit = 4095;
        while ((long)inputs * limit * ((2 * limit) + 1) > int.MaxValue)
            limit >>= 1;
        return limit;
    }

    public override void Quantize(float* x, RowCode* row)
    {
        row->Minimum = 0;
        row->Scale = Tensors.Kernels.Best.RoundToWords(x, Inputs, (2 * _limit) + 1, (short*)RowCode.Codes(row), Depth);
    }

    private protected override void PackRows(int first, int count, float* weight)
    {
        short[] codes = new short[Inputs];
        fixed (short* to = codes)
        {
            for (int row = 0; row < count; row++)
            {
                float scale = Tensors.Kernels.Best.RoundToWords(weight + ((nint)row * Inputs), Inputs, _limit, to, Inputs);
                if (!float.IsFinite(scale))
                    throw new ArgumentException("A weight is not finite, so its row has no 16-bit form.", nameof(weight));
                SetRow(first + row, codes, scale);
            }
        }
    }

    private void SetRow(int output, ReadOnlySpan<short> codes, float scale)
    {
        short* panel = (short*)Panel(output / PanelWidth);
        for (int input = 0; input < codes.Length; input++)
            panel[IndexOf(output, input)] = codes[input];
        Scales[output] = scale;
    }
}
