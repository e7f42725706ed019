using AlbertNative.Tensors;

namespace AlbertNative.Tests.Tensors;

public sealed unsafe class QuantizationTests
{
    [Theory]
    [InlineData(128, false)]
    [InlineData(128, true)]
    [InlineData(256, false)]
    [InlineData(256, true)]
    [InlineData(512, false)]
    [InlineData(512, true)]
    public void Codes_are_the_nearest_ones_at_every_length_and_alignment(int bits, bool wide)
    {
        Kernels kernels = VectorWidths.Require(bits);
        Random random = new(bits);
        for (int columns = 1; columns <= (2 * kernels.PanelWidth) + 1; columns++)
        {
            GuardedMatrix x = new GuardedMatrix(1, columns, 0, columns).Fill(() => (5 * random.NextReal()) + 1);
            AssertNearest(kernels, x, wide);
        }
        AssertNearest(kernels, new GuardedMatrix(1, 768).Fill(random.NextReal), wide);
        AssertNearest(kernels, new GuardedMatrix(1, 769, 0, 3).Fill(() => 1e-20f * random.NextReal()), wide);
    }

    [Theory]
    [InlineData(128)]
    [InlineData(256)]
    [InlineData(512)]
    public void A_constant_row_is_its_minimum_alone(int bits)
    {
        GuardedMatrix x = new GuardedMatrix(1, 37).Fill(() => -2.5f);
        (RowCode row, int[] codes) = Quantize(VectorWidths.Require(bits), x, wide: false);
        Assert.Equal((-2.5f, 0f), (row.Minimum, row.Scale));
        Assert.All(codes, code => Assert.Equal(0, code));
    }

    [Theory]
    [InlineData(128)]
    [InlineData(256)]
    [InlineData(512)]
    public void A_value_that_is_not_finite_makes_the_row_so(int bits)
    {
        Kernels kernels = VectorWidths.Require(bits);
        foreach (float value in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
        {
            for (int at = 0; at < 37; at++)
            {
                GuardedMatrix x = new GuardedMatrix(1, 37).Fill(() => 1);
                x[0, at] = value;
                Assert.False(float.IsFinite(Quantize(kernels, x, wide: false).Row.Scale));
            }
        }
    }

    [Fact]
    public void Weights_are_rounded_to_the_nearest_code()
    {
        sbyte[] codes = new sbyte[6];
        Assert.Equal(0.5f, Int8Rounding.Round([63.5f, -63.5f, 0.25f, 0.75f, -0.75f, 20], codes));
        Assert.Equal<sbyte>([127, -127, 0, 2, -2, 40], codes);
        Assert.Equal(0, Int8Rounding.Round([0, -0f, 0, 0, 0, 0], codes));
        Assert.All(codes, code => Assert.Equal(0, code));
        Assert.Equal(0, Int8Rounding.Round([], []));
    }

    [Fact]
    public void Weights_without_an_8_bit_form_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Int8Rounding.Round([1, 2], new sbyte[3]));
        foreach (float value in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
            Assert.Throws<ArgumentException>(() => Int8Rounding.Round([1, value, 2], new sbyte[3]));
    }

    private static void AssertNearest(Kernels kernels, GuardedMatrix x, bool wide)
    {
        int columns = x.Matrix.Columns;
        float[] values = [.. x.Matrix[0]];
        (RowCode row, int[] codes) = Quantize(kernels, x, wide);
        Assert.Equal(values.Min(), row.Minimum);
        Assert.Equal((values.Max() - (double)values.Min()) / 255, row.Scale, 1e-7 * row.Scale);
        for (int k = 0; k < columns; k++)
        {
            Assert.InRange(codes[k], 0, 255);
            double error = Math.Abs(row.Minimum + ((double)row.Scale * codes[k]) - values[k]);
            Assert.True(
                error <= (0.5001 * row.Scale) + (1e-7 * Math.Abs(values[k])),
                $"{columns} columns: {values[k]:R} is off by {error / row.Scale} codes");
        }
    }

    /// <summary>Runs the kernel amid NaNs and checks that it wrote no more than it may.</summary>
    private static (RowCode Row, int[] Codes) Quantize(Kernels kernels, GuardedMatrix x, bool wide)
    {
        int columns = x.Matrix.Columns, padded = RowCode.PaddedCodes(columns);
        int floats = (sizeof(RowCode) + (padded * (wide ? 2 : 1))) / sizeof(float);
        GuardedMatrix memory = new(1, floats, 0, 4);
        RowCode* row = (RowCode*)memory.Data;
        kernels.Quantize(x.Data, columns, row, wide);
        memory.AssertUntouchedOutside(0, 1, 0, floats);
        x.AssertUntouchedOutside(0, 1, 0, columns);
        int[] codes = new int[columns];
        for (int k = 0; k < columns; k++)
            codes[k] = wide ? ((short*)RowCode.Codes(row))[k] : RowCode.Codes(row)[k];
        return (*row, codes);
    }
}
