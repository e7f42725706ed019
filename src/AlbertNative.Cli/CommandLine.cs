using System.CommandLine;
using System.CommandLine.Parsing;
using AlbertNative.Hub;

namespace AlbertNative.Cli;

/// <summary>The command <c>albert</c>: parses, runs, and says what went wrong in one line.</summary>
internal static class CommandLine
{
    // EPIPE: whoever read the output has had enough, as in "albert ... | head".
    private const int BrokenPipe = 32;

    // By default a text that begins with @ would name a file of further arguments.
    private static readonly ParserConfiguration TextsAreNoFiles = new() { ResponseFileTokenReplacer = null };

    /// <summary>Runs <c>albert</c>.</summary>
    /// <returns>See <see cref="ExitCode"/>.</returns>
    public static int Run(string[] arguments, Session session) => Run(Create(session, arguments), arguments, session);

    /// <summary>Runs a command.</summary>
    /// <returns>See <see cref="ExitCode"/>.</returns>
    public static int Run(Command command, string[] arguments, Session session)
    {
        if (arguments.Length == 0 && command is { Subcommands.Count: > 0, Action: null })
            arguments = ["--help"];
        ParseResult parsed = Parse(command, arguments);
        List<string> problems = [.. parsed.Errors.Select(error => error.Message), .. UnknownOptions(parsed)];
        if (problems.Count > 0)
            return Usage(parsed, problems, session.Terminal.Error);

        try
        {
            // Closed in here, as closing writes what is left, and its reader may be gone by then.
            using StreamWriter output = new(session.Terminal.Output, Terminal.Utf8, leaveOpen: true);
            InvocationConfiguration configuration = new()
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null, // signals are the program's: it cancels the session
                Output = new CleanOutput.Writer(output),
                Error = session.Terminal.Error,
            };
            return parsed.InvokeAsync(configuration, session.Cancellation).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted;
        }
        catch (IOException e) when (e.HResult == BrokenPipe)
        {
            return ExitCode.Success;
        }
        catch (Exception e) when (IsBadInput(e))
        {
            session.Terminal.Error.WriteLine($"albert: {OneLine.Of(e)}");
            return ExitCode.BadInput;
        }
    }

    /// <summary>The command <c>albert</c> with all that it can do.</summary>
    /// <param name="session">Where it reads and writes.</param>
    /// <param name="arguments">What it is called with: only the command that is named there has its options.</param>
    public static Command Create(Session session, string[] arguments)
    {
        RootCommand albert = new("ALBERT and BERT in pure C#: embeddings, search, filled masks, labels, entities and answers from text.");
        foreach (CommandEntry command in CommandEntry.All)
            albert.Add(command.IsNamedIn(arguments) ? command.Create(session) : new Command(command.Name, command.Summary));
        return albert;
    }

    // Checks of a command and of its options ask for values, and of one that cannot be read the parser throws then. Without them it says so.
    private static ParseResult Parse(Command command, string[] arguments)
    {
        try
        {
            return command.Parse(arguments, TextsAreNoFiles);
        }
        catch (InvalidOperationException)
        {
            LeaveOutChecks(command);
            return command.Parse(arguments, TextsAreNoFiles);
        }
    }

    private static void LeaveOutChecks(Command command)
    {
        command.Validators.Clear();
        foreach (Option option in command.Options)
            option.Validators.Clear();
        foreach (Command subcommand in command.Subcommands)
            LeaveOutChecks(subcommand);
    }

    // What the libraries throw for files and arguments; anything else is a fault of ours and is shown as such.
    private static bool IsBadInput(Exception e) =>
        e is BadInputException or FormatException or IOException or UnauthorizedAccessException or ArgumentException
            or NotSupportedException or HubException;

    // Where a command takes texts, the parser takes a mistyped option for one. After "--" everything is a text.
    private static IEnumerable<string> UnknownOptions(ParseResult parsed)
    {
        HashSet<string> beforeDashes =
            [.. parsed.Tokens.TakeWhile(token => token.Type != TokenType.DoubleDash).Select(token => token.Value)];
        return from argument in parsed.CommandResult.Children.OfType<ArgumentResult>()
               from token in argument.Tokens
               where LooksLikeOption(token.Value) && beforeDashes.Contains(token.Value)
               select $"there is no option {token.Value} (a text that begins so comes after --)";
    }

    private static bool LooksLikeOption(string word) => word.Length > 1 && word[0] == '-' && !word.Any(char.IsWhiteSpace);

    private static int Usage(ParseResult parsed, List<string> problems, TextWriter error)
    {
        // The parser says that a command is missing, and that each of the words that are there is unknown.
        if (MistypedCommand(parsed) is string word)
            problems = [$"there is no command {word}{Suggestion.For(word, parsed.CommandResult.Command.Subcommands.Select(command => command.Name))}"];
        foreach (string problem in problems)
            error.WriteLine($"albert: {problem}");
        error.WriteLine($"Try '{Name(parsed.CommandResult)} --help'.");
        return ExitCode.Usage;
    }

    private static string? MistypedCommand(ParseResult parsed) =>
        parsed.CommandResult.Command is { Subcommands.Count: > 0, Action: null }
        && parsed.UnmatchedTokens is [string word, ..] && !LooksLikeOption(word) ? word : null;

    private static string Name(CommandResult command) =>
        command.Parent is CommandResult parent ? $"{Name(parent)} {command.Command.Name}"
        : command.Command is RootCommand ? "albert" : command.Command.Name;
}
