using System.CommandLine;
using System.Text.Json;
using Spectre.Console;

namespace AlbertNative.Cli;

/// <summary><c>albert classify</c>: the labels of texts or pairs of texts.</summary>
internal sealed class ClassifyCommand : TextCommand
{
    private static ColumnType Labels => ColumnType.ListOf(ColumnType.StructOf(("label", ColumnType.Text), ("score", ColumnType.Number)));

    private readonly ModelOptionSet _model;
    private readonly Option<bool> _pairs = new("--pairs")
    {
        Description = "The input is pairs of texts: two columns divided by a tab, or \"text\" and \"pair\" in JSON lines",
    };
    private readonly Option<int?> _topK = new("--top-k", "-k") { Description = "How many labels [default: all]", HelpName = "N" };
    private readonly Option<ScoreFunction?> _function = Choice.Of<ScoreFunction?>(
        "--function", "What makes scores of the logits [default: what the model's configuration says]",
        ("softmax", ScoreFunction.Softmax), ("sigmoid", ScoreFunction.Sigmoid), ("none", ScoreFunction.None));

    public ClassifyCommand(Session session)
        : base(
            session, TextClassifier.Description.Command, TextClassifier.Description.Summary,
            ("TEXT", "Texts to label; in JSON lines {\"text\"}"))
    {
        _model = new(this, DefaultModel.BankingIntents, OverlongAction.Refuse, OverlongAction.Truncate, OverlongAction.Window);
        Add(_pairs);
        Add(_topK.AtLeast(1));
        Add(_function);
        Validators.Add(command =>
        {
            if (command.GetValue(_pairs) && Input.HasArguments(command))
                command.AddError("--pairs is for a file or standard input, not for arguments");
        });
    }

    protected override int Execute(ParseResult parsed)
    {
        using TextModel model = _model.Open(parsed, Session);
        using TextClassifier classifier = new(model, _model.Value(parsed));
        TextClassificationOptions options = new() { TopK = parsed.GetValue(_topK), Function = parsed.GetValue(_function) };
        return parsed.GetValue(_pairs) ? Pairs(parsed, classifier, options) : Texts(parsed, classifier, options);
    }

    private int Texts(ParseResult parsed, TextClassifier classifier, TextClassificationOptions options) =>
        Run(parsed, new TextWork<string, IReadOnlyList<LabelScore>>
        {
            FromColumns = columns => columns[0],
            FromRecord = record => record.Text("text"),
            Table = () => new(row => row.Text("text"), new TableColumn<string, IReadOnlyList<LabelScore>>("labels", Labels, (_, labels) => Values(labels))),
            Compute = (texts, cancellationToken) => classifier.Classify(texts, options, cancellationToken),
            WriteJson = (json, _, labels) => WriteJson(json, labels),
            Render = (console, text, labels) => Render(console, text, labels),
        });

    private int Pairs(ParseResult parsed, TextClassifier classifier, TextClassificationOptions options) =>
        Run(parsed, new TextWork<(string Text, string Pair), IReadOnlyList<LabelScore>>
        {
            Columns = (2, 2),
            Expected = "a text, a tab and a text",
            FromColumns = columns => (columns[0], columns[1]),
            FromRecord = record => (record.Text("text"), record.Text("pair")),
            Table = () => new(
                row => (row.Text("text"), row.Text("pair")),
                new TableColumn<(string, string), IReadOnlyList<LabelScore>>("labels", Labels, (_, labels) => Values(labels))),
            Compute = (pairs, cancellationToken) => classifier.ClassifyPairs(pairs, options, cancellationToken),
            WriteJson = (json, _, labels) => WriteJson(json, labels),
            Render = (console, pair, labels) => Render(console, $"{pair.Text} / {pair.Pair}", labels),
        });

    private static IEnumerable<object?> Values(IReadOnlyList<LabelScore> labels) =>
        labels.Select(label => (object?[])[label.Label, label.Score]);

    private static void WriteJson(Utf8JsonWriter json, IReadOnlyList<LabelScore> labels)
    {
        json.WriteStartArray("labels");
        foreach (LabelScore label in labels)
        {
            json.WriteStartObject();
            json.WriteText("label", label.Label);
            json.WriteNumber("score", label.Score);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void Render(IAnsiConsole console, string text, IReadOnlyList<LabelScore> labels)
    {
        Table table = Tables.Create("score", "label").Title(Markup.Escape(text));
        foreach (LabelScore label in labels)
            table.Add(label.Score, label.Label);
        console.Write(table);
    }
}
