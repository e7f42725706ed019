using System.CommandLine;
using System.CommandLine.Parsing;

namespace AlbertNative.Cli;

/// <summary>Where a command's texts come from and what a bad one does.</summary>
internal sealed class InputOptions
{
    private readonly Argument<string[]> _arguments;
    private readonly Option<string?> _input = new("--input", "-i")
    {
        Description = "Read this file, one item a line; - is standard input, which is also read where there are no arguments; "
            + $"a file that ends in {TableFile.Endings}, or a directory of such files, is a table, one item a row",
        HelpName = "FILE",
    };
    private readonly Option<bool> _jsonl = new("--jsonl")
    {
        Description = "The input is JSON lines; fields that the command does not know are passed through",
    };
    private readonly Option<ErrorPolicy> _onError = Choice.Of(
        "--on-error", $"What a bad line does: end the run, or be reported, counted and left out, which ends with exit code {ExitCode.Skipped} [default: stop]",
        ("stop", ErrorPolicy.Stop), ("skip", ErrorPolicy.Skip));
    private readonly bool _argumentsAreColumns;
    private readonly (int Least, int Most) _columns;

    /// <summary>Adds the options to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="argumentName">What its arguments are called.</param>
    /// <param name="description">What they are.</param>
    /// <param name="columns">How many arguments make one item; where that is not one, the arguments are one item.</param>
    public InputOptions(Command command, string argumentName, string description, (int Least, int Most)? columns = null)
    {
        _argumentsAreColumns = columns is not null;
        _columns = columns ?? (0, int.MaxValue);
        _arguments = new(argumentName) { Description = description, Arity = ArgumentArity.ZeroOrMore };
        command.Add(_arguments);
        command.Add(_input);
        command.Add(_jsonl);
        command.Add(_onError);
        command.Validators.Add(Validate);
    }

    public bool IsJson(ParseResult parsed) => parsed.GetValue(_jsonl);

    /// <summary>Whether texts are given as arguments.</summary>
    public bool HasArguments(CommandResult command) => command.GetValue(_arguments) is { Length: > 0 };

    public ErrorPolicy OnError(ParseResult parsed) => parsed.GetValue(_onError);

    /// <summary>The table that is the input; null where it is another one.</summary>
    public string? TablePath(SymbolResult result) => TableOf(result.GetValue(_input));

    /// <summary>The table that is the input; null where it is another one.</summary>
    public string? TablePath(ParseResult parsed) => TableOf(parsed.GetValue(_input));

    /// <summary>Opens the input.</summary>
    /// <exception cref="BadInputException">The file cannot be read.</exception>
    public InputSource Open(ParseResult parsed, Terminal terminal)
    {
        string[] arguments = parsed.GetValue(_arguments) ?? [];
        if (arguments.Length > 0)
            return InputSource.OfArguments(_argumentsAreColumns ? [arguments] : [.. arguments.Select(text => (string[])[text])]);

        string? path = parsed.GetValue(_input);
        return path is null or "-" ? InputSource.OfStream(terminal.Input) : InputSource.OfFile(path);
    }

    private void Validate(CommandResult command)
    {
        int count = command.GetValue(_arguments)?.Length ?? 0;
        if (command.GetValue(_jsonl) && TablePath(command) is string table)
            command.AddError($"--jsonl: {table} is a table by its name");
        if (count == 0)
            return;
        if (command.GetResult(_input) is not null)
            command.AddError("give the input as arguments or as a file (--input), not both");
        if (command.GetValue(_jsonl))
            command.AddError("--jsonl is for a file or standard input, not for arguments");
        if (count < _columns.Least || count > _columns.Most)
            command.AddError($"{_arguments.Name}: found {count} argument(s), expected {Expected()}");
    }

    private static string? TableOf(string? path) => TableInput.Is(path) ? path : null;

    private string Expected() =>
        _columns.Least == _columns.Most ? $"{_columns.Least}" : $"at least {_columns.Least}";
}
