using AlbertNative.Cli;

namespace AlbertNative.Tests.Cli;

/// <summary>What messages call a file that could not be written to its end.</summary>
public sealed class OneLineTests
{
    [Theory]
    [InlineData("No space left on device : '/a/.m.safetensors.a92de38df5a14dd6b0d69d7d6ec1c68d.partial'", "No space left on device : '/a/m.safetensors'")]
    [InlineData("No space left on device : '/a/.m.e772ecd0958f445997967eed29ad9585.partial/spiece.model'", "No space left on device : '/a/m/spiece.model'")]
    [InlineData("No space left on device : '/a/v.npy.dfff59f57f844054b60d2a4c410cad72.partial'", "No space left on device : '/a/v.npy'")]
    [InlineData("my.partial is no table", "my.partial is no table")]
    public void Messages_call_a_file_by_its_own_name(string message, string shown) =>
        Assert.Equal(shown, OneLine.Of(new IOException(message)));
}
