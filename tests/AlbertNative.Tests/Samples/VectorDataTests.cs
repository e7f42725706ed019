using System.Diagnostics;

namespace AlbertNative.Tests.Samples;

/// <summary>samples/VectorData finds notes, in the store and by a filter.</summary>
public sealed class VectorDataTests
{
    [Fact]
    public async Task Finds_what_is_meant_and_what_a_filter_leaves()
    {
        (int code, string output) = await Run("cloth is sewn by a machine");
        Assert.Equal(0, code);
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(4, lines.Length);
        Assert.Matches("^0\\.[0-9]{3}  A machine that sews cloth\\.", lines[0]);
        Assert.StartsWith("of medicine:", lines[2], StringComparison.Ordinal);
        Assert.Matches("^0\\.[0-9]{3}  A (disease|drug) ", lines[3]);
    }

    [Fact]
    public async Task Says_how_it_is_used() => Assert.Equal((2, ""), await Run());

    private static async Task<(int Code, string Output)> Run(params string[] arguments)
    {
        using Process process = SampleProcess.StartOwn("VectorData", arguments);
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(process.ExitCode == 0, await error == "");
        return (process.ExitCode, output);
    }
}
