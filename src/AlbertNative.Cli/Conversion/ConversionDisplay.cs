using Spectre.Console;

namespace AlbertNative.Cli;

/// <summary>What a person sees while weights are written: a bar on the error stream where that is a terminal.</summary>
internal static class ConversionDisplay
{
    /// <summary>Runs <paramref name="work"/> under the bar.</summary>
    public static ConversionSummary During(Terminal terminal, string target, Func<IProgress<double>?, ConversionSummary> work) =>
        terminal.ErrorIsTerminal
            ? terminal.CreateErrorConsole().Progress()
                .AutoClear(true)
                .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
                .Start(context => work(new Bar(context.AddTask(Markup.Escape(target), maxValue: 1))))
            : work(null);

    private sealed class Bar(ProgressTask task) : IProgress<double>
    {
        public void Report(double value) => task.Value = value;
    }
}
