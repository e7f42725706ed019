using AlbertNative.Tensors;

namespace AlbertNative.Tests.Tensors;

public sealed unsafe class LayerNormTests
{
    [Theory]
    [InlineData(128)]
    [InlineData(256)]
    [InlineData(512)]
    public void Every_length_and_alignment_is_normalised(int bits)
    {
        Kernels kernels = VectorWidths.Require(bits);
        Random random = new(bits);
        int[] lengths = [.. Enumerable.Range(1, (2 * kernels.PanelWidth) + 1), 128, 312, 768, 769, 1024, 4096];
        foreach (int length in lengths)
        {
            for (int misalignment = 0; misalignment < 16; misalignment += 3)
            {
                GuardedMatrix x = new GuardedMatrix(1, length, 0, misalignment).Fill(() => (3 * random.NextReal()) + 1);
                AssertNormalised(kernels, x, random, 1e-12f, 3e-6);
            }
        }
    }

    [Theory]
    [InlineData(128)]
    [InlineData(256)]
    [InlineData(512)]
    public void A_mean_far_from_zero_costs_no_more_than_its_own_rounding(int bits)
    {
        Random random = new(bits);
        GuardedMatrix x = new GuardedMatrix(1, 768, 0, 5).Fill(() => 1000 + random.NextReal());
        AssertNormalised(VectorWidths.Require(bits), x, random, 1e-12f, 1e-3);
    }

    [Theory]
    [InlineData(128)]
    [InlineData(256)]
    [InlineData(512)]
    public void A_constant_row_becomes_the_bias(int bits)
    {
        Kernels kernels = VectorWidths.Require(bits);
        foreach (int length in new[] { 1, 2, 15, 64, 768 })
            AssertNormalised(kernels, new GuardedMatrix(1, length).Fill(() => 3), new Random(2), 1e-12f, 0);
    }

    [Theory]
    [InlineData(128)]
    [InlineData(256)]
    [InlineData(512)]
    public void Epsilon_counts(int bits)
    {
        Random random = new(4);
        GuardedMatrix x = new GuardedMatrix(1, 40, 0, 3).Fill(() => 0.01f * random.NextReal());
        AssertNormalised(VectorWidths.Require(bits), x, random, 0.1f, 1e-7);
    }

    [Theory]
    [InlineData(128)]
    [InlineData(256)]
    [InlineData(512)]
    public void NaN_is_not_hidden(int bits)
    {
        Kernels kernels = VectorWidths.Require(bits);
        float* row = stackalloc float[40], ones = stackalloc float[40], y = stackalloc float[40];
        new Span<float>(row, 40).Fill(1);
        new Span<float>(ones, 40).Fill(1);
        row[37] = float.NaN;
        kernels.LayerNorm(row, ones, ones, 40, 1e-12f, y);
        for (int i = 0; i < 40; i++)
            Assert.Equal(float.NaN, y[i]);
    }

    [Fact]
    public void A_span_is_normalised_in_place()
    {
        Random random = new(6);
        float[] row = random.Reals(50), weight = random.Reals(50), bias = random.Reals(50);
        double[] expected = Oracle.LayerNorm(row, weight, bias, 1e-5f);
        LayerNormWeights norm = new(weight, bias, 1e-5f);
        Assert.Equal(50, norm.Length);
        Assert.Equal(1e-5f, norm.Epsilon);
        Array.Clear(weight);    // the norm has its own copy
        norm.Normalize(row);
        for (int i = 0; i < 50; i++)
            Assert.Equal(expected[i], row[i], 2e-6);
    }

    [Fact]
    public void Lengths_must_match()
    {
        Assert.Throws<ArgumentException>(() => new LayerNormWeights([], [], 0));
        Assert.Throws<ArgumentException>(() => new LayerNormWeights([1, 2], [1], 0));
        LayerNormWeights norm = new([1, 2], [1, 2], 0);
        Assert.Contains("3", Assert.Throws<ArgumentException>(() => norm.Normalize(new float[3])).Message);
        Assert.Throws<ArgumentException>(() => norm.Normalize([]));
    }

    /// <summary>Into another row and in place, both amid NaNs.</summary>
    private static void AssertNormalised(Kernels kernels, GuardedMatrix x, Random random, float epsilon, double tolerance)
    {
        int length = x.Matrix.Columns;
        GuardedMatrix weight = new GuardedMatrix(1, length, 0, length).Fill(random.NextReal);
        GuardedMatrix bias = new GuardedMatrix(1, length, 0, length + 7).Fill(random.NextReal);
        GuardedMatrix y = new(1, length, 0, length + 2);
        double[] expected = Oracle.LayerNorm(x.Matrix[0], weight.Matrix[0], bias.Matrix[0], epsilon);

        kernels.LayerNorm(x.Data, weight.Data, bias.Data, length, epsilon, y.Data);
        kernels.LayerNorm(x.Data, weight.Data, bias.Data, length, epsilon, x.Data);

        y.AssertUntouchedOutside(0, 1, 0, length);
        x.AssertUntouchedOutside(0, 1, 0, length);
        for (int i = 0; i < length; i++)
        {
            Assert.True(
                Math.Abs(y[0, i] - expected[i]) <= tolerance,
                $"length {length}: element {i} is {y[0, i]:R} instead of {expected[i]:R}");
            Assert.Equal(BitConverter.SingleToInt32Bits(y[0, i]), BitConverter.SingleToInt32Bits(x[0, i]));
        }
    }
}
