using System.CommandLine;
using System.CommandLine.Parsing;

namespace AlbertNative.Cli;

/// <summary>Tables in and out: which columns are read, and where the table with the results goes.</summary>
internal sealed class TableOptions
{
    private readonly Option<string?> _output = new("--output", "-o")
    {
        HelpName = "FILE",
    };
    private readonly Option<string[]> _column = new("--column")
    {
        Description = "Read a field (text, words, pair, ...) from the table's column of another name, as often as wanted",
        HelpName = "FIELD=NAME",
    };
    private readonly InputOptions _input;
    private readonly string? _otherEnding;

    /// <summary>Adds the options to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="input">Its options for input.</param>
    /// <param name="otherEnding">How else its output may end, and what that is.</param>
    public TableOptions(Command command, InputOptions input, (string Ending, string Description)? otherEnding = null)
    {
        _input = input;
        _otherEnding = otherEnding?.Ending;
        _output.Description = "Where a table goes with its results: all columns of the input and those of the results, in a file of the same "
            + "kind; or a directory, which takes a file for each row group and where a run goes on that was broken off"
            + (otherEnding is { } other ? "; " + other.Description : "");
        command.Add(_output);
        command.Add(_column);
        command.Validators.Add(Validate);
    }

    public string? Output(SymbolResult result) => result.GetValue(_output);

    public string? Output(ParseResult parsed) => parsed.GetValue(_output);

    /// <summary>Which columns stand for fields, by the fields.</summary>
    public IReadOnlyDictionary<string, string> Names(ParseResult parsed) =>
        (parsed.GetValue(_column) ?? []).Select(Divide).ToDictionary(pair => pair.Field, pair => pair.Column);

    private void Validate(CommandResult command)
    {
        string? output = command.GetValue(_output);
        string? input = _input.TablePath(command);
        bool isOther = _otherEnding is not null && output?.EndsWith(_otherEnding, StringComparison.Ordinal) == true;
        string[] columns = command.GetValue(_column) ?? [];
        if (columns.Length > 0 && input is null)
            command.AddError($"--column is for tables ({TableFile.Endings})");
        if (columns.FirstOrDefault(column => Divide(column) is ("", _) or (_, "")) is string bad)
            command.AddError($"--column: expected FIELD=NAME, found \"{bad}\"");
        if (columns.Select(column => Divide(column).Field).GroupBy(field => field).FirstOrDefault(same => same.Count() > 1) is { } twice)
            command.AddError($"--column: the field {twice.Key} is given twice");

        if (input is not null && isOther)
            command.AddError($"--output: expected a file like the input or a directory, found \"{output}\"");
        else if (input is not null && output is null)
            command.AddError("a table's results go to a file or a directory: --output is missing");
        else if (Directory.Exists(input) && Path.HasExtension(output) && !Directory.Exists(output))
            command.AddError($"--output: expected a directory, as the input is one, found \"{output}\"");
        else if (input is not null && Path.HasExtension(output) && !Directory.Exists(output) && !TableFile.AreAlike(input, output!))
            command.AddError($"--output: expected a file like {Path.GetFileName(input)} or a directory, found \"{output}\"");
        else if (input is null && output is not null && !isOther)
            command.AddError($"--output: expected {(_otherEnding is null ? "" : $"a file that ends in {_otherEnding}, or ")}a table as --input ({TableFile.Endings}), found \"{output}\"");
    }

    private static (string Field, string Column) Divide(string option)
    {
        int at = option.IndexOf('=', StringComparison.Ordinal);
        return at < 0 ? ("", "") : (option[..at], option[(at + 1)..]);
    }
}
