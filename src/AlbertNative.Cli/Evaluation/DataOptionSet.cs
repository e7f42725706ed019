using System.CommandLine;
using AlbertNative.Training;

namespace AlbertNative.Cli;

/// <summary>Where a file's examples have their parts.</summary>
internal sealed class DataOptionSet
{
    private readonly Option<string?> _text = Column("--text-column", "The column with the text [default: text, sentence, sentence1, premise or comment]");
    private readonly Option<string?> _pair = Column("--pair-column", "The column with the second text of a pair [default: sentence2 or hypothesis]");
    private readonly Option<string[]> _labels;
    private readonly Option<bool> _noHeader = new("--no-header") { Description = "The first line is an example; columns are named 1, 2, …" };
    private readonly Option<Quoting?> _quoting = QuotingOption();

    /// <summary>Adds the options to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="severalLabels">Whether there can be several label columns.</param>
    public DataOptionSet(Command command, bool severalLabels)
    {
        _labels = new("--label-column")
        {
            Description = $"The column with the label{(severalLabels ? ", as often as there are" : "")} [default: label or labels]",
            HelpName = "COLUMN",
        };
        if (!severalLabels)
            _labels.Arity = ArgumentArity.ExactlyOne;
        command.Add(_text);
        command.Add(_pair);
        command.Add(_labels);
        command.Add(_noHeader);
        command.Add(_quoting);
    }

    /// <summary>The option that says what quotation marks mean.</summary>
    public static Option<Quoting?> QuotingOption() => Choice.Of<Quoting?>(
        "--quoting", "What quotation marks mean [default: csv between commas; between tabs it has to be said where it matters]",
        ("none", Quoting.None), ("csv", Quoting.Csv));

    /// <summary>What they say.</summary>
    public DataOptions Value(ParseResult parsed) => new()
    {
        TextColumn = parsed.GetValue(_text),
        PairColumn = parsed.GetValue(_pair),
        LabelColumns = parsed.GetValue(_labels) ?? [],
        HasHeader = !parsed.GetValue(_noHeader),
        Quoting = parsed.GetValue(_quoting),
    };

    private static Option<string?> Column(string name, string description) => new(name) { Description = description, HelpName = "COLUMN" };
}
