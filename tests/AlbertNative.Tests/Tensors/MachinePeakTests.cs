using AlbertNative.Tensors;

namespace AlbertNative.Tests.Tensors;

public sealed class MachinePeakTests
{
    [Theory]
    [InlineData(128)]
    [InlineData(256)]
    [InlineData(512)]
    public void Chains_converge_to_two(int bits)
    {
        // x = x / 2 + 1, in every lane of 12 vectors.
        Kernels kernels = VectorWidths.Require(bits);
        Assert.Equal(Kernels.ChainCount * 2 * bits / 32, kernels.RunChains(100));
        Assert.Equal(kernels.RunChains(100), kernels.ChainOperations);
    }

    public static TheoryData<WeightPrecision, string> IntegerKernels => IntegerSets.All;

    [Theory]
    [MemberData(nameof(IntegerKernels))]
    public void Integer_chains_count_their_iterations(WeightPrecision precision, string set)
    {
        IntegerKernels kernels = IntegerSets.Require(precision, set);
        // Two ones to a step, as bytes and as 16-bit numbers.
        Assert.Equal(Kernels.ChainCount * 100 * 2, kernels.RunChains(100));
        Assert.Equal(Kernels.ChainCount * kernels.PanelWidth * kernels.Group, kernels.ChainOperations);
    }

    [Fact]
    public void Threads_are_counted_from_one()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => MachinePeak.MultiplyAdd(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => MachinePeak.Int8MultiplyAdd(-1));
    }
}
