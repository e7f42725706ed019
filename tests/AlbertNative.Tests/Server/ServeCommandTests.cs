using System.Diagnostics;
using AlbertNative.Cli;
using AlbertNative.Testing;
using AlbertNative.Tests.Samples;

namespace AlbertNative.Tests.Server;

/// <summary><c>albert serve</c>, which becomes the server that is built beside it.</summary>
public sealed class ServeCommandTests
{
    [Fact]
    public void Says_where_to_get_the_server_where_there_is_none()
    {
        (int code, string error) = Run(() => null, "--model", "nano=weights/albert-nano.safetensors");

        Assert.Equal(ExitCode.BadInput, code);
        Assert.Contains("dotnet tool install --global AlbertNative.Server.Tool", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Says_why_a_server_cannot_be_started()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the message is the system's");
        (int code, string error) = Run(Path.GetTempPath, "--model", "nano");

        Assert.Equal(ExitCode.BadInput, code);
        Assert.Contains("could not be started: Permission denied", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "model = nano=/x y  (CommandLine)", "--model", "nano=/x y", "--auto-truncate", "--print-config")]
    [InlineData(0, "auto-truncate = true  (CommandLine)", "--auto-truncate", "--print-config")]
    [InlineData(0, "--drain-delay", "--", "--help")]
    [InlineData(2, "a model is given as NAME=PATH", "--model", "nano")]
    public async Task Hands_all_that_follows_to_the_server_and_ends_as_it_does(int code, string expected, params string[] arguments)
    {
        using Process process = SampleProcess.Start("albert", ["serve", .. arguments]);
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Contains(expected, output + await errors, StringComparison.Ordinal);
        Assert.Equal(code, process.ExitCode);
    }

    [Fact]
    public async Task Signals_reach_the_server_the_second_one_too()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs signals");
        using Process process = SampleProcess.Start(
            "albert", "serve", "--model", $"nano={ShippedModels.Nano}", "--http", "127.0.0.1:0", "--drain-delay", "1h");
        (Uri address, Task<string> log) = await ServerProgram.ListenAsync(process);
        using HttpClient client = new() { BaseAddress = address };
        await ServerProgram.WaitUntilReadyAsync(client);

        ServerProgram.Signal(process, "TERM");
        while ((await client.GetAsync(new Uri("/health", UriKind.Relative), TestContext.Current.CancellationToken)).IsSuccessStatusCode)
            await Task.Delay(20, TestContext.Current.CancellationToken);
        ServerProgram.Signal(process, "TERM");
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(process.ExitCode == 0, await log);
        // The server's runtime had a socket for diagnostics of its own, and took it away.
        Assert.Empty(Directory.EnumerateFiles(Path.GetTempPath(), $"dotnet-diagnostic-{process.Id}-*"));
    }

    private static (int Code, string Error) Run(Func<string?> find, params string[] arguments)
    {
        StringWriter error = new();
        Terminal terminal = new() { Input = Stream.Null, Output = Stream.Null, Error = error };
        Session session = new(terminal, TestContext.Current.CancellationToken);
        System.CommandLine.RootCommand root = new("test") { new ServeCommand(find) };
        return (CommandLine.Run(root, ["serve", .. arguments], session), error.ToString());
    }
}
