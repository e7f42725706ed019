using System.Globalization;
using System.Text.RegularExpressions;
using AlbertNative.Cli;
using AlbertNative.Hub;
using Spectre.Console;

namespace AlbertNative.Tests.Cli;

/// <summary>What a person at a terminal sees of a download.</summary>
public sealed partial class DownloadBarsTests
{
    private const string File = "model.safetensors";
    private const long MB = 1 << 20;

    private readonly StringWriter _screen = new();

    [Fact]
    public void A_bar_fills_as_bytes_arrive()
    {
        string[] frames = Show(
            new(File, 0, 4 * MB, DownloadStage.Waiting),
            new(File, 1 * MB, 4 * MB, DownloadStage.Downloading),
            new(File, 4 * MB, 4 * MB, DownloadStage.Completed));
        Assert.All(frames, frame => Assert.StartsWith(File, frame));
        Assert.Equal([0, 1, 4], frames.Select(Filled));
    }

    [Fact]
    public void A_download_that_begins_anew_goes_back()
    {
        string[] frames = Show(
            new(File, 3 * MB, 4 * MB, DownloadStage.Downloading),
            new(File, 0, 4 * MB, DownloadStage.Downloading),
            new(File, 2 * MB, 4 * MB, DownloadStage.Downloading),
            new(File, 4 * MB, 4 * MB, DownloadStage.Completed));
        Assert.Equal([3, 0, 2, 4], frames.Select(Filled));
        Assert.All(frames, frame => Assert.DoesNotContain("-", frame.Replace("--:--:--", "", StringComparison.Ordinal), StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_of_unknown_size_is_not_done_before_it_is()
    {
        string[] frames = Show(
            new(File, 0, null, DownloadStage.Waiting),
            new(File, 1 * MB, null, DownloadStage.Downloading),
            new(File, 3 * MB, null, DownloadStage.Downloading),
            new(File, 3 * MB, null, DownloadStage.Completed));
        Assert.Matches(@"━ 0\.0 MB .* --:--:--$", frames[0]);
        Assert.Matches(@"━ 1\.0 MB .* --:--:--$", frames[1]);
        Assert.Matches(@"━ 3\.0 MB .* --:--:--$", frames[2]);
        Assert.Matches(@"━ 3\.0 MB .* 00:00:00$", frames[3]);
    }

    [Fact]
    public void What_takes_no_time_is_not_shown()
    {
        string[] frames = Show(
            new("empty.txt", 0, 0, DownloadStage.Waiting),
            new("config.json", 700, 700, DownloadStage.Cached),
            new("empty.txt", 0, 0, DownloadStage.Downloading),
            new("empty.txt", 0, 0, DownloadStage.Completed));
        Assert.All(frames, Assert.Empty);
    }

    [Fact]
    public void A_name_is_no_markup()
    {
        const string Name = "[red]1_[/]Pooling].json";
        string[] frames = Show(new DownloadProgress(Name, 1, 2, DownloadStage.Downloading));
        Assert.StartsWith(Name, Assert.Single(frames));
    }

    /// <summary>How many of the 4 MB a line says have arrived; in the end it says the whole alone.</summary>
    private static double Filled(string frame)
    {
        Match amount = Amount().Match(frame);
        Assert.True(amount.Success, frame);
        return double.Parse(amount.Groups[1].Value, CultureInfo.InvariantCulture);
    }

    /// <summary>The line of the file after each report, without colours.</summary>
    private string[] Show(params DownloadProgress[] reports)
    {
        IAnsiConsole console = TerminalConsole.On(_screen);
        return DownloadBars.On(console).AutoRefresh(false).Start(context =>
        {
            DownloadBars bars = new(context);
            return reports.Select(report =>
            {
                bars.Report(report);
                _screen.GetStringBuilder().Clear();
                context.Refresh();
                return Escape().Replace(_screen.ToString(), "").Trim();
            }).ToArray();
        });
    }

    [GeneratedRegex("━ ([0-9.]+)(/4[.0]*)? MB")]
    private static partial Regex Amount();

    [GeneratedRegex("\u001b\\[[0-9;?]*[A-Za-z]")]
    private static partial Regex Escape();
}
