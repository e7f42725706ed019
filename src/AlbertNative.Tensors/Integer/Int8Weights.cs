namespace AlbertNative.Tensors;

/// <summary>Weights of 8 bits, code from -127 to 127, for inputs of 8 bits from their least to their largest value.</summary>
internal sealed unsafe class Int8Weights(int outputs, int inputs, Int8Kernels kernels) : IntegerWeights(outputs, inputs, kernels)
{
    public Int8Weights(int outputs, int inputs)
        : this(outputs, inputs, Int8Kernels.Best)
    {
    }

    public override WeightPrecision Precision => WeightPrecision.Int8;

    public override void Quantize(float* x, RowCode* row) =>
        Tensors.Kernels.Best.Quantize(x, Inputs, row, wide: Kernels.CodeBytes == 2);

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
        sbyte* panel = (sbyte*)Panel(output / PanelWidth);
        int sum = 0;
        for (int input = 0; input < codes.Length; input++)
        {
            panel[IndexOf(output, input)] = codes[input];
            sum += codes[input];
        }
        Scales[output] = scale;
        Sums[output] = scale * sum;
    }
}
