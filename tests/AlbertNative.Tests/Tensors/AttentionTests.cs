using AlbertNative.Tensors;

namespace AlbertNative.Tests.Tensors;

public sealed class AttentionTests
{
    [Theory]
    [InlineData(128)]
    [InlineData(256)]
    [InlineData(512)]
    public void Every_number_of_keys_and_odd_head_sizes_are_attended(int bits)
    {
        Kernels kernels = VectorWidths.Require(bits);
        int seed = 0;
        foreach (int headSize in new[] { 1, 7, 13, 16, 26, 33, 64 })
        {
            for (int keys = 1; keys <= 70; keys++)
                AssertAttended(new AttentionCase(kernels, 1 + (++seed % 29), keys, headSize, seed));
        }
    }

    [Theory]
    [InlineData(128)]
    [InlineData(256)]
    [InlineData(512)]
    public void Long_sequences_and_wide_heads_cross_the_depth_blocks(int bits)
    {
        Kernels kernels = VectorWidths.Require(bits);
        foreach (int keys in new[] { 127, 191, 192, 193, 385, 512, 769, 1100 })
            AssertAttended(new AttentionCase(kernels, 9, keys, 26, keys));
        foreach (int headSize in new[] { 128, 191, 192, 193, 385, 770 })
            AssertAttended(new AttentionCase(kernels, 7, 30, headSize, headSize));
    }

    [Theory]
    [InlineData(128)]
    [InlineData(256)]
    [InlineData(512)]
    public void A_query_has_the_same_bits_in_any_company(int bits)
    {
        Kernels kernels = VectorWidths.Require(bits);
        foreach ((int keys, int headSize) in new[] { (61, 13), (400, 26), (61, 64) })
        {
            AttentionCase attention = new(kernels, 61, keys, headSize, keys);
            GuardedMatrix whole = attention.Run(0, 61);
            foreach ((int first, int count) in new[] { (0, 1), (60, 1), (17, 1), (5, 24), (23, 2), (24, 37), (1, 60), (48, 13) })
                attention.AssertBits(whole, first, count);
        }
    }

    [Theory]
    [InlineData(128)]
    [InlineData(256)]
    [InlineData(512)]
    public void Huge_scores_neither_overflow_nor_vanish(int bits)
    {
        Kernels kernels = VectorWidths.Require(bits);
        Random random = new(3);
        foreach (float size in new[] { 1e3f, 1e6f, 1e15f })
        {
            // Powers of two times whole numbers: the scores are exact, so the largest one alone gets all the weight.
            float unit = MathF.ScaleB(1, (int)MathF.Log2(size));
            AttentionCase attention = new(kernels, 5, 37, 16, 9, () => random.NextWhole() * unit);
            AssertAttended(attention, size * 1e-5);
        }
    }

    [Theory]
    [InlineData(128)]
    [InlineData(256)]
    [InlineData(512)]
    public void Equal_scores_give_the_mean_of_the_values(int bits)
    {
        Kernels kernels = VectorWidths.Require(bits);
        AttentionCase attention = new(kernels, 3, 64, 16, 21, () => 0);
        Random random = new(21);
        attention.Value.Fill(random.NextWhole);
        GuardedMatrix output = attention.Run(0, 3);
        for (int query = 0; query < 3; query++)
        {
            for (int d = 0; d < 16; d++)
                Assert.Equal(attention.Exact(query)[d], output[query, d]);
        }
    }

    [Theory]
    [InlineData(128)]
    [InlineData(256)]
    [InlineData(512)]
    public void NaN_is_not_hidden(int bits)
    {
        Kernels kernels = VectorWidths.Require(bits);
        AttentionCase attention = new(kernels, 5, 11, 13, 1);
        attention.Query[2, 12] = float.NaN;
        GuardedMatrix output = attention.Run(0, 5);
        for (int query = 0; query < 5; query++)
        {
            for (int d = 0; d < 13; d++)
                Assert.Equal(query == 2, float.IsNaN(output[query, d]));
        }
        attention.Query[2, 12] = 0;
        attention.Key[10, 0] = float.NaN;
        output = attention.Run(0, 5);
        for (int query = 0; query < 5; query++)
        {
            for (int d = 0; d < 13; d++)
                Assert.True(float.IsNaN(output[query, d]));
        }
    }

    private static void AssertAttended(AttentionCase attention, double tolerance = 4e-6) => attention.AssertAttended(tolerance);
}
