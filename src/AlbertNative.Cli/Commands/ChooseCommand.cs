using System.CommandLine;
using System.Text.Json;
using Spectre.Console;

namespace AlbertNative.Cli;

/// <summary><c>albert choose</c>: the best of several choices.</summary>
internal sealed class ChooseCommand : TextCommand
{
    private readonly ModelOptionSet _model;

    public ChooseCommand(Session session)
        : base(
            session, MultipleChoiceSelector.Description.Command, MultipleChoiceSelector.Description.Summary,
            ("PROMPT CHOICE", "A prompt and its choices; a line of a file has them divided by tabs; "
                + "in JSON lines {\"prompt\", \"choices\"}"),
            columns: (2, int.MaxValue))
    {
        _model = new(this, DefaultModel.Nano, OverlongAction.Refuse, OverlongAction.Truncate);
    }

    protected override int Execute(ParseResult parsed)
    {
        using TextModel model = _model.Open(parsed, Session);
        using MultipleChoiceSelector selector = new(model, _model.Value(parsed));
        return Run(parsed, new TextWork<(string Prompt, IReadOnlyList<string> Choices), ChoiceScores>
        {
            Columns = (2, int.MaxValue),
            Expected = "a prompt and its choices, divided by tabs",
            FromColumns = columns => (columns[0], [.. columns.Skip(1)]),
            FromRecord = record => (record.Text("prompt"), record.Texts("choices")),
            Table = () => new(
                row => (row.Text("prompt"), row.Texts("choices")),
                new("best", ColumnType.Integer, (_, scores) => scores.Best),
                new("probabilities", ColumnType.Vector, (_, scores) => scores.Probabilities.ToArray())),
            Compute = selector.Select,
            WriteJson = (json, _, scores) => WriteJson(json, scores),
            Render = Render,
        });
    }

    private static void WriteJson(Utf8JsonWriter json, ChoiceScores scores)
    {
        json.WriteNumber("best", scores.Best);
        json.WriteFloats("probabilities", [.. scores.Probabilities]);
    }

    private static void Render(IAnsiConsole console, (string Prompt, IReadOnlyList<string> Choices) asked, ChoiceScores scores)
    {
        Table table = Tables.Create("", "score", "choice").Title(Markup.Escape(asked.Prompt));
        foreach ((int i, string choice) in asked.Choices.Index())
            table.Add(i == scores.Best ? "*" : "", scores.Probabilities[i], choice);
        console.Write(table);
    }
}
