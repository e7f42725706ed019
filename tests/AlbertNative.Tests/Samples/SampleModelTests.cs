namespace AlbertNative.Tests.Samples;

/// <summary>The models that travel with the samples.</summary>
public sealed class SampleModelTests
{
    [Theory]
    [InlineData("NOTICE", "CC BY-SA 4.0")]
    [InlineData("README.md", "## Licences")]
    public void Models_travel_with_their_licence_and_what_they_were_made_of(string file, string content) =>
        Assert.Contains(content, File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "models", file)), StringComparison.Ordinal);
}
