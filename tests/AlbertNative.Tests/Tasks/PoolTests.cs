using AlbertNative.Tensors;

namespace AlbertNative.Tests.Tasks;

public sealed class PoolTests
{
    private static readonly float[][] States = [[1, -2, 3], [100, 100, 100], [4, 0, -6], [1, 2, 0]];

    [Theory]
    [InlineData(Pooling.Cls, new float[] { 1, -2, 3 })]
    [InlineData(Pooling.Mean, new float[] { 2, 0, -1 })]
    [InlineData(Pooling.Max, new float[] { 4, 2, 3 })]
    [InlineData(Pooling.LastToken, new float[] { 1, 2, 0 })]
    [InlineData(Pooling.WeightedMean, new float[] { 2, (float)(4.0 / 6), (float)(-9.0 / 6) })] // weights 1, 2, 3
    public void Pools_the_rows_it_is_given(Pooling pooling, float[] expected) => Assert.Equal(expected, Pooled(pooling));

    [Fact]
    public void Mean_sqrt_len_divides_by_the_root() =>
        Assert.Equal([(float)(6 / Math.Sqrt(3)), 0, (float)(-3 / Math.Sqrt(3))], Pooled(Pooling.MeanSqrtLen));

    [Fact]
    public void Weights_count_from_the_start_of_the_text()
    {
        float[] pooled = new float[3];
        Pool.Tokens(Pooling.WeightedMean, Matrix(), [2, 3], position: 4, pooled);
        Assert.Equal([(float)((5.0 * 4 + 6 * 1) / 11), (float)(6.0 * 2 / 11), (float)(5.0 * -6 / 11)], pooled);
    }

    [Fact]
    public void A_prompt_is_left_out_where_the_module_says_so()
    {
        float[] pooled = new float[6];
        TokenPooling excluding = new([Pooling.Cls, Pooling.Mean], IncludesPrompt: false);
        excluding.Apply(Matrix(), [0, 2, 3], promptTokens: 1, pooled);
        Assert.Equal([4, 0, -6, 2.5f, 1, -3], pooled);
        new TokenPooling([Pooling.Cls, Pooling.Mean]).Apply(Matrix(), [0, 2, 3], promptTokens: 1, pooled);
        Assert.Equal([1, -2, 3, 2, 0, -1], pooled);
        ArgumentException e = Assert.Throws<ArgumentException>(() => excluding.Apply(Matrix(), [0, 2, 3], promptTokens: 3, pooled));
        Assert.Contains("leave none", e.Message);
    }

    [Fact]
    public void The_pooler_is_not_a_function_of_states() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Pooled(Pooling.Pooler));

    [Fact]
    public void Normalized_vectors_have_length_1()
    {
        float[] vector = [3, 0, -4];
        Pool.Normalize(vector);
        Assert.Equal([0.6f, 0, -0.8f], vector);

        float[] zero = [0, 0];
        Pool.Normalize(zero);
        Assert.Equal([0, 0], zero);
    }

    private static float[] Pooled(Pooling pooling)
    {
        float[] pooled = new float[3];
        Pool.Tokens(pooling, Matrix(), [0, 2, 3], position: 0, pooled);
        return pooled;
    }

    private static Matrix Matrix()
    {
        Matrix states = new MatrixBuffer().Shape(States.Length, 3);
        for (int row = 0; row < States.Length; row++)
            States[row].CopyTo(states[row]);
        return states;
    }
}
