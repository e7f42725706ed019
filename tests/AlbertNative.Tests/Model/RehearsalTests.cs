using AlbertNative.Model;
using AlbertNative.Tensors;

namespace AlbertNative.Tests.Model;

/// <summary>Nobody hears of a failure in it, so that it must not have one.</summary>
public sealed class RehearsalTests
{
    [Theory]
    [InlineData(WeightPrecision.Float32)]
    [InlineData(WeightPrecision.Int8)]
    [InlineData(WeightPrecision.Int16)]
    public void It_goes_through_a_whole_pass(WeightPrecision precision)
    {
        EncoderOutput output = Rehearsal.Run(precision);

        Assert.Equal(20, output.LastHiddenState.Rows);
        Assert.Equal(1, output.PooledOutput.Rows);
        for (int row = 0; row < output.LastHiddenState.Rows; row++)
            Assert.All(output.LastHiddenState[row].ToArray(), value => Assert.Equal(0, value));
        Assert.All(output.PooledOutput[0].ToArray(), value => Assert.Equal(0, value));
    }
}
