using AlbertNative.Tokenization.Fast.Reading;

namespace AlbertNative.Tests.Fast;

/// <summary>Decimal numbers as the reference's JSON reader rounds them: seen from what it writes back.</summary>
public sealed class ScoreNumberTests
{
    [Theory]
    [InlineData("-3.8403830528259277", -3.840383052825928)]
    [InlineData("-7.3909687995910645", -7.390968799591064)]
    [InlineData("-7.6986894607543945", -7.698689460754395)]
    [InlineData("-7.8735761642456055", -7.873576164245605)]
    [InlineData("-3.07045841217041", -3.07045841217041)]
    [InlineData("0", 0)]
    [InlineData("-0", 0)]
    [InlineData("-100", -100)]
    [InlineData("1.5e3", 1500)]
    [InlineData("25E-1", 2.5)]
    [InlineData("1e+2", 100)]
    [InlineData("18446744073709551615", 18446744073709551615.0)]
    [InlineData("184467440737095516150", 184467440737095516150.0)]
    [InlineData("0.00012207031250000000000", 0.0001220703125)]
    [InlineData("1.00000000000000000000000000000000000001", 1)]
    [InlineData("1e-400", 0)]
    [InlineData("0e999999999999", 0)]
    public void Numbers(string text, double expected) =>
        Assert.Equal(expected, ScoreNumber.Parse(System.Text.Encoding.ASCII.GetBytes(text)));

    [Theory]
    [InlineData("1e309")]
    [InlineData("-1e999999999999")]
    public void Out_of_range(string text) => Assert.True(double.IsInfinity(ScoreNumber.Parse(System.Text.Encoding.ASCII.GetBytes(text))));
}
