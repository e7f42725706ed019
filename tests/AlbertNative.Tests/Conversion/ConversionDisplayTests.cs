using System.Text.RegularExpressions;
using AlbertNative.Cli;
using AlbertNative.Tests.Checkpoints;
using AlbertNative.Tests.Cli;
using Spectre.Console;

namespace AlbertNative.Tests.Conversion;

/// <summary>What a person at a terminal sees of a conversion.</summary>
public sealed partial class ConversionDisplayTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StringWriter _screen = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("m.safetensors")]
    [InlineData("[red]m[1].safetensors")]
    [InlineData("[unclosed.safetensors")]
    public void A_bar_fills_under_the_files_name(string name)
    {
        string[] frames = Show(name, 0, 0.25, 1);
        Assert.All(frames, frame => Assert.StartsWith(name, frame));
        Assert.Equal(["0%", "25%", "100%"], frames.Select(frame => Percent().Match(frame).Value));
    }

    [Theory]
    [InlineData("m.safetensors")]
    [InlineData("[red]m[1].safetensors")]
    public void Commands_run_under_it_and_leave_the_output_alone(string name)
    {
        CliRun converted = CliRun.WatchedAtTerminal("convert", OneFile.Nano, At(name));
        Assert.Equal(0, converted.ExitCode);
        Assert.Equal(At(name), Assert.Single(converted.Lines).GetProperty("destination").GetString());
        CliRun exported = CliRun.WatchedAtTerminal("export", At(name), At("out[x]"));
        Assert.Equal(0, exported.ExitCode);
        Assert.Equal(At("out[x]"), Assert.Single(exported.Lines).GetProperty("destination").GetString());
    }

    [Fact]
    public void It_does_not_hide_what_went_wrong()
    {
        CliRun run = CliRun.WatchedAtTerminal("convert", OneFile.Nano, At("none[1]/m.safetensors"));
        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.Contains($"albert: {At("none[1]/m.safetensors")}: there is no directory {At("none[1]")}", run.Error);
    }

    [Fact]
    public void The_table_shows_names_as_they_are()
    {
        CliRun run = CliRun.AtTerminal("convert", OneFile.Nano, "[red]m[1].safetensors", "--dry-run");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("[red]m[1].safetensors", run.Output);
    }

    /// <summary>The bar's line after each report, without colours.</summary>
    private string[] Show(string name, params double[] reports)
    {
        IAnsiConsole console = TerminalConsole.On(_screen);
        return ConversionDisplay.On(console).AutoRefresh(false).Start(context =>
        {
            IProgress<double> bar = ConversionDisplay.AddBar(context, name);
            return Array.ConvertAll(reports, share =>
            {
                bar.Report(share);
                _screen.GetStringBuilder().Clear();
                context.Refresh();
                return Escape().Replace(_screen.ToString(), "").Trim();
            });
        });
    }

    private string At(string name) => Path.Combine(_folder.Path, name);

    [GeneratedRegex("[0-9]+%")]
    private static partial Regex Percent();

    [GeneratedRegex("\u001b\\[[0-9;?]*[A-Za-z]")]
    private static partial Regex Escape();
}
