using AlbertNative.Hub;

namespace AlbertNative.Tests.Hub;

public sealed class HubNameTests
{
    [Theory]
    [InlineData("albert/albert-base-v2", "albert/albert-base-v2", "main")]
    [InlineData("m3hrdadfi/albert-fa-base-v2", "m3hrdadfi/albert-fa-base-v2", "main")]
    [InlineData("org/a_b.c@v1.0", "org/a_b.c", "v1.0")]
    [InlineData("org/name@refs/pr/1", "org/name", "refs/pr/1")]
    [InlineData("org/name@1111111111111111111111111111111111111111", "org/name", "1111111111111111111111111111111111111111")]
    public void Names_are_told_from_paths(string text, string repository, string revision)
    {
        Assert.True(HubName.TryParse(text, out HubName? name));
        Assert.Equal((repository, revision), (name.Repository, name.Revision));
        Assert.Equal(text, name.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("weights")]
    [InlineData("./weights/albert")]
    [InlineData("../albert")]
    [InlineData("/models/albert")]
    [InlineData("~/albert")]
    [InlineData("a/b/c")]
    [InlineData("weights/")]
    [InlineData("a//b")]
    [InlineData("weights\\albert")]
    [InlineData("C:/albert")]
    [InlineData("weights/albert-nano.safetensors")]
    [InlineData("weights/pytorch_model.bin")]
    [InlineData("vocab/albert-en-v2.model")]
    [InlineData("org/name.git")]
    [InlineData("org/a--b")]
    [InlineData("org/a..b")]
    [InlineData("-org/name")]
    [InlineData("org/name ")]
    [InlineData("örg/name")]
    [InlineData("org/name@")]
    [InlineData("org/name@../../x")]
    [InlineData("org/name@/x")]
    [InlineData("org/name@a\\b")]
    [InlineData("org/name@nul")]
    [InlineData("https://huggingface.co/org/name")]
    public void Everything_else_is_a_path(string? text) => Assert.False(HubName.TryParse(text, out _));

    [Fact]
    public void Old_models_without_an_organisation_can_be_asked_for()
    {
        Assert.Equal("albert-base-v2", HubName.Create("albert-base-v2").ToString());
        Assert.Throws<ArgumentException>(() => HubName.Create("../albert"));
        Assert.Throws<ArgumentException>(() => HubName.Create("albert-base-v2", ".."));
    }
}
