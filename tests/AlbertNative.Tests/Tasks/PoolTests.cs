using AlbertNative.Tensors;

namespace AlbertNative.Tests.Tasks;

public sealed class PoolTests
{
    private static readonly float[][] States = [[1, -2, 3], [100, 100, 100], [4, 0, -6], [1, 2, 0]];

    [Theory]
    [InlineData(Pooling.Cls, new float[] { 1, -2, 3 })]
    [InlineData(Pooling.Mean, new float[] { 2, 0, -1 })]
    [InlineData(Pooling.Max, new float[] { 4, 2, 3 })]
    public void Pools_the_rows_it_is_given(Pooling pooling, float[] expected) => Assert.Equal(expected, Pooled(pooling));

    [Fact]
    public void Mean_sqrt_len_divides_by_the_root() =>
        Assert.Equal([(float)(6 / Math.Sqrt(3)), 0, (float)(-3 / Math.Sqrt(3))], Pooled(Pooling.MeanSqrtLen));

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
        Matrix states = new MatrixBuffer().Shape(States.Length, 3);
        for (int row = 0; row < States.Length; row++)
            States[row].CopyTo(states[row]);
        float[] pooled = new float[3];
        Pool.Tokens(pooling, states, [0, 2, 3], pooled);
        return pooled;
    }
}
