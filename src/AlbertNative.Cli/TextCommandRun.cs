using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace AlbertNative.Cli;

/// <summary>One run of a command over texts: input, output and progress put together from its options.</summary>
internal sealed class TextCommandRun<TItem, TResult>
{
    public required Session Session { get; init; }

    public required ParseResult Parsed { get; init; }

    public required InputOptions Input { get; init; }

    public required OutputOptions Output { get; init; }

    /// <summary>The columns of a plain line; see <see cref="InputFormat{TItem}"/>.</summary>
    public (int Least, int Most) Columns { get; init; } = (1, 1);

    public string Expected { get; init; } = "a text";

    public required Func<IReadOnlyList<string>, TItem> FromColumns { get; init; }

    public required Func<JsonRecord, TItem> FromRecord { get; init; }

    public required Func<IEnumerable<TItem>, CancellationToken, IEnumerable<TResult>> Compute { get; init; }

    /// <summary>The fields of a result's JSON object.</summary>
    public required Action<Utf8JsonWriter, TItem, TResult> WriteJson { get; init; }

    /// <summary>A result for people.</summary>
    public required Action<IAnsiConsole, TItem, TResult> Render { get; init; }

    /// <summary>Writes JSON lines or tables to the output.</summary>
    public int Run()
    {
        Terminal terminal = Session.Terminal;
        bool json = !terminal.OutputIsTerminal || Output.IsJson(Parsed) || Input.IsJson(Parsed);
        using IResultWriter<TItem, TResult> writer = json
            ? new JsonLinesWriter<TItem, TResult>(terminal.Output, WriteJson)
            : new TableWriter<TItem, TResult>(terminal.CreateConsole(), Render);
        return Run(writer, resultsOnScreen: terminal.OutputIsTerminal);
    }

    /// <summary>Writes to <paramref name="writer"/>.</summary>
    public int Run(IResultWriter<TItem, TResult> writer, bool resultsOnScreen)
    {
        InputSource source = Input.Open(Parsed, Session.Terminal);
        RunProgress progress = RunProgress.Create(Session.Terminal, resultsOnScreen);
        TextRun<TItem, TResult> run = new()
        {
            Source = source,
            Format = new()
            {
                Columns = Columns,
                Expected = Expected,
                FromColumns = FromColumns,
                FromRecord = FromRecord,
                IsJson = Input.IsJson(Parsed),
            },
            Compute = Compute,
            Writer = writer,
            OnError = Input.OnError(Parsed),
            Progress = progress,
        };
        progress.During(source, () => run.Run(Session.Cancellation));
        if (run.Skipped > 0)
            progress.Warn(string.Create(CultureInfo.InvariantCulture, $"{run.Skipped:N0} bad line(s) left out"));
        return ExitCode.Success;
    }
}
