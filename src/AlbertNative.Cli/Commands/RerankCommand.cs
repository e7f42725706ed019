using System.CommandLine;
using System.Text.Json;
using Spectre.Console;

namespace AlbertNative.Cli;

/// <summary><c>albert rerank</c>: texts in the order in which they fit a query.</summary>
internal sealed class RerankCommand : TextCommand
{
    private readonly ModelOptionSet _model;
    private readonly Option<int?> _topK = new("--top-k", "-k") { Description = "How many texts, the best ones [default: all]", HelpName = "N" };
    private readonly Option<ScoreFunction?> _function = Choice.Of<ScoreFunction?>(
        "--function", "What makes scores of the logits [default: what the model's files say, else sigmoid]",
        ("sigmoid", ScoreFunction.Sigmoid), ("none", ScoreFunction.None));

    public RerankCommand(Session session)
        : base(
            session, Reranker.Description.Command, Reranker.Description.Summary,
            ("QUERY TEXT", "A query and the texts; a line of a file has them divided by tabs; "
                + "in JSON lines {\"query\", \"texts\"}"),
            columns: (2, int.MaxValue))
    {
        _model = new(this, OverlongAction.Refuse, OverlongAction.Truncate);
        Add(_topK.AtLeast(1));
        Add(_function);
    }

    protected override int Execute(ParseResult parsed)
    {
        RerankOptions options = new() { TopK = parsed.GetValue(_topK), Function = parsed.GetValue(_function) };
        using TextModel model = _model.Open(parsed, Session);
        using Reranker reranker = new(model, _model.Value(parsed));
        return Run(parsed, new TextWork<(string Query, IReadOnlyList<string> Texts), IReadOnlyList<RankedText>>
        {
            Columns = (2, int.MaxValue),
            Expected = "a query and its texts, divided by tabs",
            FromColumns = columns => (columns[0], [.. columns.Skip(1)]),
            FromRecord = record => (record.Text("query"), record.Texts("texts")),
            Compute = (queries, cancellationToken) => reranker.Rerank(queries, options, cancellationToken),
            WriteJson = (json, _, ranking) => WriteJson(json, ranking),
            Render = (console, asked, ranking) => Render(console, asked.Query, ranking),
        });
    }

    private static void WriteJson(Utf8JsonWriter json, IReadOnlyList<RankedText> ranking)
    {
        json.WriteStartArray("ranking");
        foreach (RankedText text in ranking)
        {
            json.WriteStartObject();
            json.WriteNumber("index", text.Index);
            json.WriteNumber("score", text.Score);
            json.WriteText("text", text.Text);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void Render(IAnsiConsole console, string query, IReadOnlyList<RankedText> ranking)
    {
        Table table = Tables.Create("score", "text").Title(Markup.Escape(query));
        foreach (RankedText text in ranking)
            table.Add(text.Score, text.Text);
        console.Write(table);
    }
}
