using System.Globalization;
using AlbertNative.Hub;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace AlbertNative.Cli;

/// <summary>A bar at the terminal for each file that is fetched.</summary>
internal sealed class DownloadBars(ProgressContext context) : IProgress<DownloadProgress>
{
    private readonly Dictionary<string, ProgressTask> _tasks = [];

    /// <summary>The display that the bars stand in.</summary>
    public static Progress On(IAnsiConsole console) => console.Progress()
        .AutoClear(true) // what has been fetched is told by the path that the command writes
        .Columns(
            new TaskDescriptionColumn { Alignment = Justify.Left },
            new ProgressBarColumn(),
            new EndColumn(new DownloadedColumn(), task => string.Create(CultureInfo.InvariantCulture, $"{task.Value / (1 << 20):F1} MB")),
            new TransferSpeedColumn(),
            new EndColumn(new RemainingTimeColumn(), _ => "--:--:--"));

    /// <inheritdoc/>
    public void Report(DownloadProgress value)
    {
        if (!_tasks.TryGetValue(value.File, out ProgressTask? task))
        {
            if (value.Stage == DownloadStage.Cached || value.Size == 0)
                return; // nothing to wait for, nothing to show
            _tasks[value.File] = task = context.AddTask(Markup.Escape(value.File), autoStart: false);
        }

        bool endIsKnown = value.Size is not null || value.Stage is DownloadStage.Completed or DownloadStage.Cached;
        task.IsIndeterminate = !endIsKnown;
        // A full bar is a finished one: without a known end there is always a byte to go.
        task.MaxValue = value.Size ?? value.Received + (endIsKnown ? 0 : 1);
        if (value.Stage != DownloadStage.Waiting && !task.IsStarted)
            task.StartTask();
        task.Value = value.Received;
    }

    /// <summary>A column that takes a file's end for known; another text stands in it where that is not so.</summary>
    private sealed class EndColumn(ProgressColumn known, Func<ProgressTask, string> unknown) : ProgressColumn
    {
        protected override bool NoWrap => true;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            task.IsIndeterminate ? new Text(unknown(task)) : known.Render(options, task, deltaTime);
    }
}
