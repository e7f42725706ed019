using System.Diagnostics;

namespace AlbertNative.Tests.Samples;

/// <summary>samples/SemanticSearch finds what is meant.</summary>
public sealed class SemanticSearchTests
{
    [Theory]
    [InlineData("an illness of the chest with fever", "A disease of the lungs")]
    [InlineData("a machine for making clothes", "A machine that sews cloth.")]
    public async Task Finds_the_line_that_means_it(string question, string line)
    {
        (int code, string output) = await Run(question);
        Assert.Equal(0, code);
        string[] found = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, found.Length);
        Assert.Matches("^0\\.[0-9]{3}  " + line, found[0]);
    }

    [Fact]
    public async Task Says_how_it_is_used() => Assert.Equal((2, ""), await Run());

    private static async Task<(int Code, string Output)> Run(params string[] arguments)
    {
        using Process process = SampleProcess.Start("SemanticSearch", arguments);
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(process.ExitCode == 0, await error == "");
        return (process.ExitCode, output);
    }
}
