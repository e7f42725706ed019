using System.Globalization;
using AlbertNative.Hub;

namespace AlbertNative.Cli;

/// <summary>What is seen of a model's download, on the error stream: a bar for each file, or lines in a log.</summary>
internal static class DownloadDisplay
{
    /// <summary>Runs <paramref name="work"/> while its files are shown.</summary>
    public static Task<string> DuringAsync(Terminal terminal, Func<IProgress<DownloadProgress>, Task<string>> work) =>
        terminal.ErrorIsTerminal
            ? DownloadBars.On(terminal.CreateErrorConsole()).StartAsync(context => work(new DownloadBars(context)))
            : work(new Lines(terminal.Error));

    private sealed class Lines(TextWriter error) : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value)
        {
            if (value.Stage == DownloadStage.Completed)
                error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"albert: fetched {value.File} ({value.Received:N0} bytes)"));
        }
    }
}
