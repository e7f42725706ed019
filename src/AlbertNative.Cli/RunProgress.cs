using System.Globalization;
using Spectre.Console;

namespace AlbertNative.Cli;

/// <summary>What a person at the terminal sees of a long run, on the error stream.</summary>
internal sealed class RunProgress
{
    private readonly TextWriter _error;
    private readonly IAnsiConsole? _console;
    private ProgressTask? _task;
    private long? _length;

    private RunProgress(TextWriter error, IAnsiConsole? console)
    {
        _error = error;
        _console = console;
    }

    /// <summary>A bar where the error stream is a terminal and results do not go to one; else nothing but warnings.</summary>
    /// <param name="terminal">The streams.</param>
    /// <param name="resultsOnScreen">Whether results are shown at the terminal, where a bar would be in their way.</param>
    public static RunProgress Create(Terminal terminal, bool resultsOnScreen) =>
        new(terminal.Error, terminal.ErrorIsTerminal && !resultsOnScreen ? terminal.CreateErrorConsole() : null);

    /// <summary>Warnings alone.</summary>
    public static RunProgress WithoutBar(Terminal terminal) => new(terminal.Error, null);

    /// <summary>Runs <paramref name="work"/> under the bar.</summary>
    /// <param name="length">How far there is to go, in whatever it is measured; null where that is not known.</param>
    /// <param name="work">What reports here while it goes on.</param>
    public void During(long? length, Action work)
    {
        if (_console is null)
        {
            work();
            return;
        }

        _length = length;
        ProgressColumn[] columns = _length is null
            ? [new SpinnerColumn(), new TaskDescriptionColumn(), new ElapsedTimeColumn()]
            : [new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn()];
        _console.Progress().AutoClear(true).Columns(columns).Start(context =>
        {
            _task = context.AddTask("0 texts", maxValue: Math.Max(1, _length ?? 1));
            work();
        });
    }

    /// <summary>Says how far the run has come.</summary>
    /// <param name="texts">The texts that have been dealt with.</param>
    /// <param name="position">How far that is.</param>
    public void Report(long texts, long position)
    {
        if (_task is null)
            return;
        _task.Description = string.Create(CultureInfo.InvariantCulture, $"{texts:N0} texts");
        if (_length is not null)
            _task.Value = position;
    }

    /// <summary>Writes a line without disturbing the bar.</summary>
    public void Warn(string message)
    {
        if (_console is null)
            _error.WriteLine($"albert: {message}");
        else
            _console.WriteLine($"albert: {message}");
    }
}
