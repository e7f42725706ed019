using System.CommandLine;
using System.Globalization;

namespace AlbertNative.Cli;

/// <summary>A command that reads texts and writes a result for each.</summary>
internal abstract class TextCommand : Command
{
    /// <summary>Makes the command with its options for input and output.</summary>
    /// <param name="session">What it runs with.</param>
    /// <param name="name">Its name.</param>
    /// <param name="description">What it does.</param>
    /// <param name="arguments">What its arguments are called, and what they are.</param>
    /// <param name="columns">How many arguments make one item; null where each is one.</param>
    /// <param name="hasOffsets">Whether results hold offsets.</param>
    /// <param name="otherOutput">How else than a table's the name of its output may end, and what that is.</param>
    /// <param name="takesTables">Whether it reads tables at all; one that does not has its own use for --output.</param>
    protected TextCommand(
        Session session,
        string name,
        string description,
        (string Name, string Description) arguments,
        (int Least, int Most)? columns = null,
        bool hasOffsets = false,
        (string Ending, string Description)? otherOutput = null,
        bool takesTables = true)
        : base(name, description)
    {
        Session = session;
        Input = new(this, arguments.Name, arguments.Description, columns);
        Output = new(this, hasOffsets);
        TableOptions = takesTables ? new(this, Input, otherOutput) : null;
        SetAction(Execute);
    }

    protected Session Session { get; }

    protected InputOptions Input { get; }

    protected OutputOptions Output { get; }

    protected TableOptions? TableOptions { get; }

    /// <summary>Runs the command.</summary>
    /// <returns>See <see cref="ExitCode"/>.</returns>
    protected abstract int Execute(ParseResult parsed);

    /// <summary>Writes results as JSON lines, or as tables where a person reads them; a table's beside its columns.</summary>
    /// <param name="parsed">What was asked for.</param>
    /// <param name="work">What is done with each item.</param>
    /// <param name="showsProgress">Whether a bar shows how much of the input is done; false where the work shows one of its own.</param>
    protected int Run<TItem, TResult>(ParseResult parsed, TextWork<TItem, TResult> work, bool showsProgress = true)
    {
        if (Input.TablePath(parsed) is string path)
            return RunTable(parsed, work, path);
        Terminal terminal = Session.Terminal;
        bool json = !terminal.OutputIsTerminal || Output.IsJson(parsed) || Input.IsJson(parsed);
        using IResultWriter<TItem, TResult> writer = json
            ? new JsonLinesWriter<TItem, TResult>(terminal.Output, work.WriteJson)
            : new TableWriter<TItem, TResult>(terminal.CreateConsole(), work.Render);
        return Run(parsed, work, writer, showsProgress ? RunProgress.Create(terminal, terminal.OutputIsTerminal) : RunProgress.WithoutBar(terminal));
    }

    /// <summary>Writes results to <paramref name="writer"/>.</summary>
    protected int Run<TItem, TResult>(
        ParseResult parsed, TextWork<TItem, TResult> work, IResultWriter<TItem, TResult> writer, bool resultsOnScreen) =>
        Run(parsed, work, writer, RunProgress.Create(Session.Terminal, resultsOnScreen));

    private int Run<TItem, TResult>(
        ParseResult parsed, TextWork<TItem, TResult> work, IResultWriter<TItem, TResult> writer, RunProgress progress)
    {
        if (Input.TablePath(parsed) is not null)
            throw NoTables();
        InputSource source = Input.Open(parsed, Session.Terminal);
        TextRun<TItem, TResult> run = new(source, work, Input.IsJson(parsed), writer, Input.OnError(parsed), progress);
        progress.During(source.Length, () => run.Run(Session.Cancellation));
        if (run.Skipped == 0)
            return ExitCode.Success;
        progress.Warn(string.Create(CultureInfo.InvariantCulture, $"{run.Skipped:N0} bad line(s) left out"));
        return ExitCode.Skipped;
    }

    private int RunTable<TItem, TResult>(ParseResult parsed, TextWork<TItem, TResult> work, string path)
    {
        if (work.Table?.Invoke() is not { } rows || TableOptions is null)
            throw NoTables();
        TableInput input = TableInput.Of(path);
        RunProgress progress = RunProgress.Create(Session.Terminal, resultsOnScreen: false);
        TableRun<TItem, TResult> run = new(work, rows, TableOptions.Names(parsed), Input.OnError(parsed), progress);
        string[] settings = [.. parsed.Tokens.Select(token => token.Value)];
        progress.During(input.Length, () => TableOutput.Write(input, run, TableOptions.Output(parsed)!, settings, Session.Cancellation));
        if (run.Skipped == 0)
            return ExitCode.Success;
        progress.Warn(string.Create(CultureInfo.InvariantCulture, $"{run.Skipped:N0} bad row(s) have no result"));
        return ExitCode.Skipped;
    }

    private BadInputException NoTables() => new($"albert {Name} takes no tables in this form, expected lines");
}
