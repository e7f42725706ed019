using AlbertNative.Cli;

namespace AlbertNative.Tests.Cli;

/// <summary>Only the command that is called has its options, and nobody can tell.</summary>
public sealed class CommandListTests
{
    public static TheoryData<string> Names => [.. CommandEntry.All.Select(command => command.Name)];

    [Fact]
    public void Every_command_is_listed_with_what_it_does()
    {
        string[] lines = CliRun.Of("--help").Output.Split('\n');
        foreach (CommandEntry command in CommandEntry.All)
            Assert.Single(lines, line => line.StartsWith($"  {command.Name} ", StringComparison.Ordinal) && line.EndsWith(command.Summary, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_command_is_made_as_it_is_listed(string name)
    {
        CommandEntry entry = CommandEntry.All.Single(command => command.Name == name);
        System.CommandLine.Command command = entry.Create(new(new() { Input = Stream.Null, Output = Stream.Null, Error = TextWriter.Null }, default));
        Assert.Equal(name, command.Name);
        Assert.StartsWith(entry.Summary, command.Description);
    }

    [Theory]
    [InlineData("--model", "embed", "--help")]
    [InlineData("--model", "--help", "embed")]
    [InlineData("--learning-rate", "train", "classify", "--help")]
    [InlineData("--shapes", "bench", "-h")]
    [InlineData("--quantize", "convert", "-?")]
    public void Help_of_a_command_has_its_options(string option, params string[] arguments)
    {
        CliRun run = CliRun.Of(arguments);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains(option, run.Output);
    }

    [Theory]
    [InlineData("albert emb", "embed")]
    [InlineData("albert embed --pre", "--precision")]
    [InlineData("albert train cla", "classify")]
    [InlineData("albert train classify --warmup", "--warmup-steps")]
    [InlineData("albert bench --sha", "--shapes")]
    public void Completions_know_commands_and_their_options(string line, string found)
    {
        CliRun run = CliRun.Of($"[suggest:{line.Length}]", line);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains(found, run.Output.Split('\n', StringSplitOptions.TrimEntries));
    }
}
