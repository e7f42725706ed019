using System.Text;
using System.Text.Json;
using AlbertNative.Cli;

namespace AlbertNative.Tests.Cli;

/// <summary>One run of the command within the test's process, and what came of it.</summary>
internal sealed record CliRun(int ExitCode, string Output, string Error)
{
    /// <summary>The output's lines, parsed.</summary>
    public JsonElement[] Lines =>
        [.. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    public static CliRun Of(params string[] arguments) => With([], arguments);

    /// <summary>Runs with lines on standard input.</summary>
    public static CliRun Reading(IEnumerable<string> lines, params string[] arguments) =>
        With(Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n"))), arguments);

    /// <summary>Runs with bytes on standard input.</summary>
    public static CliRun With(byte[] input, params string[] arguments) =>
        Run(new MemoryStream(input), arguments, isTerminal: false, TestContext.Current.CancellationToken);

    /// <summary>Runs with the output at a terminal.</summary>
    public static CliRun AtTerminal(params string[] arguments) =>
        Run(Stream.Null, arguments, isTerminal: true, TestContext.Current.CancellationToken);

    /// <summary>Runs with the output in a file and the error stream, where progress is shown, at a terminal.</summary>
    public static CliRun WatchedAtTerminal(params string[] arguments) =>
        Run(Stream.Null, arguments, isTerminal: false, TestContext.Current.CancellationToken, errorIsTerminal: true);

    public static CliRun Run(
        Stream input, string[] arguments, bool isTerminal, CancellationToken cancellationToken, bool errorIsTerminal = false)
    {
        using MemoryStream output = new();
        using StringWriter error = new();
        Terminal terminal = new() { Input = input, Output = output, Error = error, OutputIsTerminal = isTerminal, ErrorIsTerminal = errorIsTerminal };
        int code = CommandLine.Run(arguments, new(terminal, cancellationToken));
        return new(code, Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }
}
