using System.CommandLine;
using System.Text.Json;
using Spectre.Console;

namespace AlbertNative.Cli;

/// <summary><c>albert order</c>: whether two sentences stand in their order.</summary>
internal sealed class OrderCommand : TextCommand
{
    private readonly ModelOptionSet _model;

    public OrderCommand(Session session)
        : base(
            session, SentenceOrderPredictor.Description.Command, SentenceOrderPredictor.Description.Summary,
            ("FIRST SECOND", "Two sentences; a line of a file has both, divided by a tab; "
                + "in JSON lines {\"first\", \"second\"}"),
            columns: (2, 2))
    {
        _model = new(this, DefaultModel.Nano, OverlongAction.Refuse, OverlongAction.Truncate);
    }

    protected override int Execute(ParseResult parsed)
    {
        using TextModel model = _model.Open(parsed, Session);
        using SentenceOrderPredictor predictor = new(model, _model.Value(parsed));
        return Run(parsed, new TextWork<(string First, string Second), SentenceOrder>
        {
            Columns = (2, 2),
            Expected = "a sentence, a tab and a sentence",
            FromColumns = columns => (columns[0], columns[1]),
            FromRecord = record => (record.Text("first"), record.Text("second")),
            Table = () => new(
                row => (row.Text("first"), row.Text("second")),
                new("in_order", ColumnType.Boolean, (_, order) => order.IsInOrder),
                new("probabilities", ColumnType.Vector, (_, order) => new[] { order.InOrder, order.Swapped })),
            Compute = predictor.Predict,
            WriteJson = (json, _, order) => WriteJson(json, order),
            Render = Render,
        });
    }

    private static void WriteJson(Utf8JsonWriter json, SentenceOrder order)
    {
        json.WriteBoolean("in_order", order.IsInOrder);
        json.WriteFloats("probabilities", [order.InOrder, order.Swapped]);
    }

    private static void Render(IAnsiConsole console, (string First, string Second) pair, SentenceOrder order)
    {
        Table table = Tables.Create("score", "order");
        table.Add(order.InOrder, $"{pair.First} / {pair.Second}");
        table.Add(order.Swapped, $"{pair.Second} / {pair.First}");
        console.Write(table);
    }
}
