using AlbertNative.Tensors;

namespace AlbertNative.Tests.Tensors;

public sealed unsafe class WordRoundingTests
{
    [Theory]
    [InlineData(128)]
    [InlineData(256)]
    [InlineData(512)]
    public void Codes_are_the_nearest_ones_at_every_length_and_alignment(int bits)
    {
        Kernels kernels = VectorWidths.Require(bits);
        Random random = new(bits);
        for (int columns = 1; columns <= (2 * kernels.PanelWidth) + 1; columns++)
        {
            foreach (int limit in new[] { 1, 1023, 8191 })
            {
                GuardedMatrix x = new GuardedMatrix(1, columns, 0, columns).Fill(() => 3 * random.NextReal());
                (float scale, short[] codes) = Round(kernels, x, limit);
                Assert.Equal(x.Matrix[0].ToArray().Max(Math.Abs) / limit, scale, 1e-6f * scale);
                for (int k = 0; k < columns; k++)
                    Assert.InRange(codes[k] - (x[0, k] / (double)scale), -0.5001, 0.5001);
            }
        }
    }

    [Theory]
    [InlineData(128)]
    [InlineData(256)]
    [InlineData(512)]
    public void Zeros_are_zero_and_what_is_not_finite_makes_the_scale_so(int bits)
    {
        Kernels kernels = VectorWidths.Require(bits);
        (float scale, short[] codes) = Round(kernels, new GuardedMatrix(1, 37).Fill(() => -0f), 1023);
        Assert.Equal(0, scale);
        Assert.All(codes, code => Assert.Equal(0, code));
        foreach (float value in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
        {
            for (int at = 0; at < 37; at++)
            {
                GuardedMatrix x = new GuardedMatrix(1, 37).Fill(() => 1);
                x[0, at] = value;
                Assert.True(float.IsNaN(Round(kernels, x, 1023).Scale));
            }
        }
    }

    [Theory]
    [InlineData(1, 4095)]
    [InlineData(64, 4095)]
    [InlineData(65, 2047)]
    [InlineData(768, 1023)]
    [InlineData(1024, 1023)]
    [InlineData(4096, 511)]
    [InlineData(65536, 127)]
    public void As_many_bits_are_used_as_exact_sums_leave(int inputs, int limit) =>
        Assert.Equal(limit, Int16Weights.LimitFor(inputs));

    /// <summary>Runs the kernel amid NaNs and checks that it wrote no more than it may, and zeros behind the last code.</summary>
    private static (float Scale, short[] Codes) Round(Kernels kernels, GuardedMatrix x, int limit)
    {
        int columns = x.Matrix.Columns, padded = RowCode.PaddedCodes(columns);
        GuardedMatrix memory = new(1, padded / 2, 0, columns);
        float scale = kernels.RoundToWords(x.Data, columns, limit, (short*)memory.Data, padded);
        memory.AssertUntouchedOutside(0, 1, 0, padded / 2);
        short[] codes = new ReadOnlySpan<short>((short*)memory.Data, padded).ToArray();
        Assert.All(codes.Skip(columns), code => Assert.Equal(0, code));
        return (scale, codes[..columns]);
    }
}
