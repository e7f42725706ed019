using System.CommandLine;
using System.Text.Json;
using Spectre.Console;

namespace AlbertNative.Cli;

/// <summary>
/// <c>albert rerank</c>: texts in the order in which they fit a query, by a cross-encoder, or by the vectors of a model that
/// makes those.
/// </summary>
internal sealed class RerankCommand : TextCommand
{
    private const string CrossEncoder = "cross-encoder";

    private readonly ModelOptionSet _model;
    private readonly Option<int?> _topK = new("--top-k", "-k") { Description = "How many texts, the best ones [default: all]", HelpName = "N" };
    private readonly Option<ScoreFunction?> _function = Choice.Of<ScoreFunction?>(
        "--function", "What makes scores of a cross-encoder's logits [default: what the model's files say, else sigmoid]",
        ("sigmoid", ScoreFunction.Sigmoid), ("none", ScoreFunction.None));

    public RerankCommand(Session session)
        : base(
            session, Reranker.Description.Command,
            $"{Reranker.Description.Summary}: a cross-encoder by its scores, a model of vectors, as the default one, by their similarity",
            ("QUERY TEXT", "A query and the texts; a line of a file has them divided by tabs; "
                + "in JSON lines {\"query\", \"texts\"}"),
            columns: (2, int.MaxValue))
    {
        _model = new(this, DefaultModel.MiniLM, OverlongAction.Refuse, OverlongAction.Truncate);
        Add(_topK.AtLeast(1));
        Add(_function);
    }

    protected override int Execute(ParseResult parsed)
    {
        using TextModel model = _model.Open(parsed, Session);
        if (!model.IsSentenceTransformer)
            return ByCrossEncoder(parsed, model);
        if (parsed.GetValue(_function) is not null)
            throw new BadInputException($"--function is for cross-encoders; {model.Transformer.Name} makes vectors, whose similarity is the score");
        return BySimilarity(parsed, model);
    }

    private int ByCrossEncoder(ParseResult parsed, TextModel model)
    {
        RerankOptions options = new() { TopK = parsed.GetValue(_topK), Function = parsed.GetValue(_function) };
        using Reranker reranker = new(model, _model.Value(parsed));
        return Rank(parsed, CrossEncoder, (queries, cancellationToken) => reranker.Rerank(queries, options, cancellationToken));
    }

    private int BySimilarity(ParseResult parsed, TextModel model)
    {
        using TextEmbedder embedder = new(model, options: _model.Value(parsed));
        TextSimilarity similarity = new(embedder);
        return Rank(parsed, $"{embedder.SimilarityFunction}".ToLowerInvariant(), (queries, cancellationToken) => queries.Select(
            asked => similarity.Rank(asked.Query, asked.Texts, parsed.GetValue(_topK), cancellationToken)));
    }

    private int Rank(
        ParseResult parsed, string scoredBy,
        Func<IEnumerable<(string Query, IReadOnlyList<string> Texts)>, CancellationToken, IEnumerable<IReadOnlyList<RankedText>>> compute) =>
        Run(parsed, new TextWork<(string Query, IReadOnlyList<string> Texts), IReadOnlyList<RankedText>>
        {
            Columns = (2, int.MaxValue),
            Expected = "a query and its texts, divided by tabs",
            FromColumns = columns => (columns[0], [.. columns.Skip(1)]),
            FromRecord = record => (record.Text("query"), record.Texts("texts")),
            Compute = compute,
            WriteJson = (json, _, ranking) => WriteJson(json, scoredBy, ranking),
            Render = (console, asked, ranking) => Render(console, asked.Query, scoredBy, ranking),
        });

    private static void WriteJson(Utf8JsonWriter json, string scoredBy, IReadOnlyList<RankedText> ranking)
    {
        json.WriteText("scored_by", scoredBy);
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

    private static void Render(IAnsiConsole console, string query, string scoredBy, IReadOnlyList<RankedText> ranking)
    {
        Table table = Tables.Create(scoredBy, "text").Title(Markup.Escape(query));
        foreach (RankedText text in ranking)
            table.Add(text.Score, text.Text);
        console.Write(table);
    }
}
