using AlbertNative.Tensors;

namespace AlbertNative.Tests.Tensors;

public sealed unsafe class LinearWeightsTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(37, 5)]
    [InlineData(64, 385)]
    [InlineData(100, 770)]
    public void Rows_may_come_in_any_portions(int outputs, int inputs)
    {
        Random random = new(outputs);
        float[] weight = random.Reals(outputs * inputs), bias = random.Reals(outputs);
        SingleWeights whole = new(outputs, inputs), parts = new(outputs, inputs);
        whole.SetRows(0, weight, bias);
        for (int first = 0, count; first < outputs; first += count)
        {
            count = Math.Min(random.Next(1, 12), outputs - first);
            parts.SetRows(first, weight.AsSpan(first * inputs, count * inputs), bias.AsSpan(first, count));
        }
        int floats = whole.PanelCount * whole.PanelWidth * inputs;
        Assert.Equal(new Span<float>(whole.Block(0), floats), new Span<float>(parts.Block(0), floats));
        Assert.Equal(Biases(whole), Biases(parts));
    }

    [Fact]
    public void Panels_are_zero_beyond_the_last_output()
    {
        SingleWeights weights = new(3, 2, panelWidth: 8);
        weights.SetRows(0, [1, 2, 3, 4, 5, 6], [7, 8, 9]);
        Assert.Equal([1, 3, 5, 0, 0, 0, 0, 0, 2, 4, 6, 0, 0, 0, 0, 0], new Span<float>(weights.Block(0), 16));
        Assert.Equal([7, 8, 9, 0, 0, 0, 0, 0], Biases(weights));
    }

    [Fact]
    public void Without_biases_there_are_none()
    {
        LinearWeights weights = LinearWeights.Create(2, 1);
        weights.SetRows(0, [1, 2], []);
        Assert.All(Biases(weights), bias => Assert.Equal(0, bias));
    }

    [Fact]
    public void Panels_begin_on_cache_lines()
    {
        SingleWeights weights = new(33, 385);
        Assert.Equal(0, (nint)weights.Block(0) % 64);
        Assert.Equal(0, (nint)weights.Bias % 64);
    }

    [Fact]
    public void Impossible_shapes_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => LinearWeights.Create(0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => LinearWeights.Create(1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => LinearWeights.Create(-3, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => LinearWeights.Create(1 << 20, 1 << 20));
    }

    [Fact]
    public void Rows_that_do_not_fit_are_refused()
    {
        LinearWeights weights = LinearWeights.Create(4, 3);
        Assert.Throws<ArgumentOutOfRangeException>(() => weights.SetRows(-1, new float[3], []));
        Assert.Contains("[4, 3]", Assert.Throws<ArgumentException>(() => weights.SetRows(0, new float[4], [])).Message);
        Assert.Contains("row 3", Assert.Throws<ArgumentException>(() => weights.SetRows(3, new float[6], [])).Message);
        Assert.Throws<ArgumentException>(() => weights.SetRows(5, [], []));
        Assert.Throws<ArgumentException>(() => weights.SetRows(int.MaxValue, new float[3], []));
        ArgumentException biases = Assert.Throws<ArgumentException>(() => weights.SetRows(0, new float[3], new float[2]));
        Assert.Contains("2 biases for 1", biases.Message);
        weights.SetRows(4, [], []);
    }

    private static float[] Biases(LinearWeights weights) =>
        [.. new Span<float>(weights.Bias, weights.PanelCount * weights.PanelWidth)];
}
