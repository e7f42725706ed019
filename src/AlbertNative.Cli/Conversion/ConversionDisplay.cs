using Spectre.Console;

namespace AlbertNative.Cli;

/// <summary>What a person sees while weights are written: a bar on the error stream where that is a terminal.</summary>
internal static class ConversionDisplay
{
    /// <summary>Runs <paramref name="work"/> under the bar.</summary>
    public static ConversionSummary During(Terminal terminal, string target, Func<IProgress<double>?, ConversionSummary> work) =>
        terminal.ErrorIsTerminal
            ? On(terminal.CreateErrorConsole()).Start(context => work(AddBar(context, target)))
            : work(null);

    /// <summary>The display that the bar stands in.</summary>
    public static Progress On(IAnsiConsole console) => console.Progress()
        .AutoClear(true) // the summary follows
        .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn());

    /// <summary>Adds the bar of a file or directory that is written, which is told the share that has been.</summary>
    public static IProgress<double> AddBar(ProgressContext context, string target) =>
        new Bar(context.AddTask(Markup.Escape(target), maxValue: 1));

    private sealed class Bar(ProgressTask task) : IProgress<double>
    {
        public void Report(double value) => task.Value = value;
    }
}
