using System.Globalization;
using AlbertNative.Hub;
using Spectre.Console;

namespace AlbertNative.Cli;

/// <summary>What is seen of a model's download, on the error stream: a bar for each file, or lines in a log.</summary>
internal static class DownloadDisplay
{
    /// <summary>Runs <paramref name="work"/> while its files are shown.</summary>
    public static Task<string> DuringAsync(Terminal terminal, Func<IProgress<DownloadProgress>, Task<string>> work) =>
        terminal.ErrorIsTerminal
            ? terminal.CreateErrorConsole().Progress()
                .AutoClear(true) // what has been fetched is told by the path that the command writes
                .Columns(
                    new TaskDescriptionColumn { Alignment = Justify.Left },
                    new ProgressBarColumn(), new DownloadedColumn(), new TransferSpeedColumn(), new RemainingTimeColumn())
                .StartAsync(context => work(new Bars(context)))
            : work(new Lines(terminal.Error));

    private sealed class Bars(ProgressContext context) : IProgress<DownloadProgress>
    {
        private readonly Dictionary<string, ProgressTask> _tasks = [];

        public void Report(DownloadProgress value)
        {
            if (value.Stage == DownloadStage.Cached && !_tasks.ContainsKey(value.File))
                return; // nothing to wait for, nothing to show
            if (!_tasks.TryGetValue(value.File, out ProgressTask? task))
                _tasks[value.File] = task = context.AddTask(Markup.Escape(value.File), autoStart: false);

            task.IsIndeterminate = value.Size is null;
            task.MaxValue = Math.Max(1, value.Size ?? 1);
            if (value.Stage != DownloadStage.Waiting && !task.IsStarted)
                task.StartTask();
            task.Value = value.Size == 0 && value.Stage != DownloadStage.Waiting ? 1 : value.Received;
        }
    }

    private sealed class Lines(TextWriter error) : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value)
        {
            if (value.Stage == DownloadStage.Completed)
                error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"albert: fetched {value.File} ({value.Received:N0} bytes)"));
        }
    }
}
