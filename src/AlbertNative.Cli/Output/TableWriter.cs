using Spectre.Console;

namespace AlbertNative.Cli;

/// <summary>Results for people: whatever the command renders for each.</summary>
internal sealed class TableWriter<TItem, TResult>(IAnsiConsole console, Action<IAnsiConsole, TItem, TResult> render)
    : IResultWriter<TItem, TResult>
{
    public void Write(TItem item, TResult result, JsonRecord? record) => render(console, item, result);

    public void Flush()
    {
        // The console writes at once.
    }

    public void Complete() => Flush();

    public void Dispose()
    {
        // The console's streams are the process's.
    }
}
