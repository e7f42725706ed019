using System.CommandLine;
using System.Text.Json;
using Spectre.Console;

namespace AlbertNative.Cli;

/// <summary><c>albert order</c>: whether two sentences stand in their order.</summary>
internal sealed class OrderCommand : Command
{
    private readonly Session _session;
    private readonly InputOptions _input;
    private readonly ModelOptionSet _model;
    private readonly OutputOptions _output;

    public OrderCommand(Session session)
        : base("order", "Say whether two sentences stand in their order")
    {
        _session = session;
        _input = new(
            this, "FIRST SECOND", "Two sentences; a line of a file has both, divided by a tab; in JSON lines {\"first\", \"second\"}", (2, 2));
        _model = new(this, OverlongAction.Refuse, OverlongAction.Truncate);
        _output = new(this);
        SetAction(Execute);
    }

    private int Execute(ParseResult parsed)
    {
        using SentenceOrderPredictor predictor = SentenceOrderPredictor.Load(_model.Path(parsed, _session), _model.Value(parsed));
        return new TextCommandRun<(string First, string Second), SentenceOrder>
        {
            Session = _session,
            Parsed = parsed,
            Input = _input,
            Output = _output,
            Columns = (2, 2),
            Expected = "a sentence, a tab and a sentence",
            FromColumns = columns => (columns[0], columns[1]),
            FromRecord = record => (record.Text("first"), record.Text("second")),
            Compute = predictor.Predict,
            WriteJson = (json, _, order) => WriteJson(json, order),
            Render = Render,
        }.Run();
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
