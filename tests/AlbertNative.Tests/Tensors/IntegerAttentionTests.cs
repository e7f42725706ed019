using AlbertNative.Tensors;

namespace AlbertNative.Tests.Tensors;

/// <summary>Attention in 16-bit integers, for what differs from that in floats: how exact it is, and what is rounded away.</summary>
public sealed class IntegerAttentionTests
{
    public static TheoryData<string> Sets => IntegerSets.Int16;

    [Theory]
    [MemberData(nameof(Sets))]
    public void Every_number_of_keys_and_odd_head_sizes_are_attended(string set)
    {
        Int16Kernels kernels = IntegerSets.RequireInt16(set);
        int seed = 0;
        foreach (int headSize in new[] { 1, 7, 13, 16, 26, 33, 64 })
        {
            for (int keys = 1; keys <= 70; keys++)
                AssertAttended(new AttentionCase(kernels, 1 + (++seed % 29), keys, headSize, seed));
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Long_sequences_cross_the_blocks_and_wide_heads_lose_bits(string set)
    {
        Int16Kernels kernels = IntegerSets.RequireInt16(set);
        foreach (int keys in new[] { 127, 128, 129, 255, 257, 512, 769, 1100 })
            AssertAttended(new AttentionCase(kernels, 9, keys, 26, keys));
        foreach (int headSize in new[] { 128, 191, 385, 770 })
            AssertAttended(new AttentionCase(kernels, 7, 30, headSize, headSize), tolerance: 4e-3);
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void All_sets_give_the_bits_of_the_narrowest(string set)
    {
        Int16Kernels kernels = IntegerSets.RequireInt16(set), narrowest = IntegerSets.RequireInt16("Words128");
        Assert.SkipUnless(System.Runtime.Intrinsics.X86.Fma.IsSupported, "without FMA the roundings of floats differ");
        AttentionCase attention = new(kernels, 20, 128, 64, 5), same = new(narrowest, 20, 128, 64, 5);
        attention.AssertBits(same.Run(0, 20), 0, 20);
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void A_query_has_the_same_bits_in_any_company(string set)
    {
        Int16Kernels kernels = IntegerSets.RequireInt16(set);
        foreach ((int keys, int headSize) in new[] { (61, 13), (400, 26), (61, 64) })
        {
            AttentionCase attention = new(kernels, 61, keys, headSize, keys);
            GuardedMatrix whole = attention.Run(0, 61);
            foreach ((int first, int count) in new[] { (0, 1), (60, 1), (17, 1), (5, 24), (23, 2), (24, 37), (1, 60), (48, 13) })
                attention.AssertBits(whole, first, count);
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Sizes_at_the_ends_of_the_floats_are_attended(string set)
    {
        Int16Kernels kernels = IntegerSets.RequireInt16(set);
        Random random = new(3);
        foreach (float size in new[] { 1e-38f, 1e-20f, 1e15f, 1e36f })
        {
            AttentionCase values = new(kernels, 5, 37, 16, 9);
            values.Value.Fill(() => size * random.NextReal());
            AssertAttended(values, (0.002 * size) + 1e-30);
        }
        foreach (float size in new[] { 1e-38f, 1e-20f, 1e-10f })
        {
            AttentionCase scores = new(kernels, 5, 37, 16, 9, () => size * random.NextReal());
            scores.Value.Fill(random.NextReal);
            AssertAttended(scores);
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Equal_scores_give_the_mean_of_the_values(string set)
    {
        Int16Kernels kernels = IntegerSets.RequireInt16(set);
        foreach (int keys in new[] { 1, 13, 64, 77 })
        {
            AttentionCase attention = new(kernels, 3, keys, 16, 21, () => 0);
            attention.Value.Fill(new Random(21).NextReal);
            AssertAttended(attention, 1e-3);
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Many_small_weights_are_not_rounded_away_unevenly(string set)
    {
        // One key has half of the weight, 1000 others the rest: each a thousandth of the largest.
        Int16Kernels kernels = IntegerSets.RequireInt16(set);
        AttentionCase attention = new(kernels, 1, 1001, 16, 2, () => 0);
        for (int k = 0; k <= 1000; k++)
        {
            attention.Key[k, 0] = k == 500 ? 1 : 0;
            for (int d = 0; d < 16; d++)
                attention.Value[k, d] = k == 500 ? -1 : 1;
        }
        attention.Query[0, 0] = 4 * MathF.Log(1000);
        AssertAttended(attention, 0.02);
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void NaN_is_not_hidden(string set)
    {
        Int16Kernels kernels = IntegerSets.RequireInt16(set);
        foreach (float value in new[] { float.NaN, float.PositiveInfinity })
        {
            AttentionCase attention = new(kernels, 5, 11, 13, 1);
            attention.Query[2, 12] = value;
            AssertNaN(attention, (query, _) => query == 2);
            attention.Query[2, 12] = 0;
            float before = attention.Key[10, 0];
            attention.Key[10, 0] = value;
            AssertNaN(attention, (_, _) => true);
            attention.Key[10, 0] = before;
            attention.Value[3, 12] = value;
            AssertNaN(attention, (_, column) => column == 12);
        }
    }

    private static void AssertNaN(AttentionCase attention, Func<int, int, bool> expected)
    {
        GuardedMatrix output = attention.Run(0, attention.Queries);
        for (int query = 0; query < attention.Queries; query++)
        {
            for (int d = 0; d < attention.HeadSize; d++)
                Assert.Equal(expected(query, d), float.IsNaN(output[query, d]));
        }
    }

    /// <summary>Values up to 2 are rounded to 2 / 1023 / 2 at most; scores and weights add a little.</summary>
    private static void AssertAttended(AttentionCase attention, double tolerance = 2e-3) => attention.AssertAttended(tolerance);
}
