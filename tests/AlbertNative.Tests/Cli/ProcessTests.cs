using System.Diagnostics;
using System.Text;
using AlbertNative.Tests.Tasks;

namespace AlbertNative.Tests.Cli;

/// <summary>The built <c>albert.dll</c> as users run it.</summary>
public sealed class ProcessTests
{
    private static readonly string Vocabulary = Path.Combine(Nano.Folder, "spiece.model");

    [Fact]
    public async Task A_program_that_sends_a_line_gets_its_result_before_it_sends_the_next()
    {
        using Process albert = Start("tokenize", "--raw", "--tokenizer", Vocabulary, "--jsonl");
        for (int i = 0; i < 3; i++)
        {
            await albert.StandardInput.WriteLineAsync($$"""{"text": "شاه {{i}}", "i": {{i}}}""");
            await albert.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
            string? line = await albert.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
            Assert.StartsWith($$"""{"i":{{i}},"ids":[""", line);
            Assert.Contains("شاه", line);
        }
        albert.StandardInput.Close();
        await albert.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, albert.ExitCode);
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task A_signal_ends_it_without_a_trace(string signal, int code)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "signals are sent with kill");
        Assert.SkipWhen(signal == "INT" && IgnoresInterrupts(), "a shell that runs the tests in the background has them ignore SIGINT");
        using Process albert = Start("tokenize", "--raw", "--tokenizer", Vocabulary);
        await albert.StandardInput.WriteLineAsync("king");
        await albert.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
        Assert.NotNull(await albert.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));

        using Process kill = Process.Start("kill", [$"-{signal}", $"{albert.Id}"]);
        await albert.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(code, albert.ExitCode);
        Assert.Equal("", await albert.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("--version")] // written when the writer is closed
    [InlineData("--help")] // written in several parts
    public async Task Whoever_stops_reading_ends_it_without_a_word(string option)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "what becomes of a closed pipe is the system's");
        using Process albert = Start(option);
        albert.StandardOutput.Close();
        string error = await albert.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await albert.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal("", error);
        Assert.Equal(0, albert.ExitCode);
    }

    [Fact]
    public async Task A_bad_command_line_ends_with_2()
    {
        using Process albert = Start("tokenize", "--frobnicate");
        string error = await albert.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await albert.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, albert.ExitCode);
        Assert.Contains("--frobnicate", error);
    }

    /// <summary>Whether this process was started to ignore SIGINT, which its children inherit.</summary>
    private static bool IgnoresInterrupts()
    {
        const ulong Interrupt = 1ul << (2 - 1);
        const string Ignored = "SigIgn:";
        if (!File.Exists("/proc/self/status"))
            return false;
        string line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(Ignored, StringComparison.Ordinal));
        return (Convert.ToUInt64(line[Ignored.Length..].Trim(), 16) & Interrupt) != 0;
    }

    private static Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo(
        "dotnet", [Path.Combine(AppContext.BaseDirectory, "albert.dll"), .. arguments])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        StandardOutputEncoding = Encoding.UTF8,
    })!;
}
