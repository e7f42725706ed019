using AlbertNative.Training;

namespace AlbertNative.Tests.Training;

public sealed class ExampleOrderTests
{
    [Theory]
    [InlineData(10, 42, 0, new[] { 2, 6, 1, 8, 4, 5, 0, 9, 3, 7 })]
    [InlineData(10, 42, 1, new[] { 8, 4, 9, 0, 5, 1, 6, 7, 2, 3 })]
    [InlineData(5, 0, 0, new[] { 4, 0, 1, 3, 2 })]
    [InlineData(1, 7, 0, new[] { 0 })]
    [InlineData(0, 7, 0, new int[0])]
    public void Epochs_are_in_PyTorchs_order(int count, ulong seed, int epoch, int[] expected) =>
        Assert.Equal(expected, ExampleOrder.OfEpoch(count, seed, epoch));

    [Fact]
    public void Only_the_low_32_bits_of_a_seed_count() =>
        Assert.Equal(ExampleOrder.Permutation(100, 5), ExampleOrder.Permutation(100, (1UL << 32) + 5));

    [Fact]
    public void Every_example_comes_once()
    {
        for (int count = 0; count < 200; count++)
            Assert.Equal(Enumerable.Range(0, count), ExampleOrder.Permutation(count, (ulong)count).Order());
    }

    [Fact]
    public void Numbers_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>("count", () => ExampleOrder.Permutation(-1, 0));
        Assert.Throws<ArgumentOutOfRangeException>("count", () => ExampleOrder.Permutation(int.MaxValue, 0));
        Assert.Throws<ArgumentOutOfRangeException>("epoch", () => ExampleOrder.OfEpoch(1, 0, -1));
    }
}
