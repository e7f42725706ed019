using System.CommandLine;
using System.Text.Json;
using Spectre.Console;

namespace AlbertNative.Cli;

/// <summary><c>albert similar</c>: how alike texts are, two of them or each two of many.</summary>
internal sealed class SimilarCommand : TextCommand
{
    public const string Word = "similar";
    public const string Summary = "Say how alike texts are: a number for two, a matrix for more";

    private readonly ModelOptionSet _model;

    public SimilarCommand(Session session)
        : base(
            session, Word, Summary,
            ("TEXT TEXT", "The texts; a line of a file has them divided by tabs; in JSON lines {\"texts\"}"),
            columns: (2, int.MaxValue))
    {
        _model = new(this, DefaultModel.MiniLM, OverlongAction.Refuse, OverlongAction.Truncate, OverlongAction.Window);
    }

    protected override int Execute(ParseResult parsed)
    {
        using TextModel model = _model.Open(parsed, Session);
        using TextEmbedder embedder = new(model, options: _model.Value(parsed));
        return Run(parsed, new TextWork<IReadOnlyList<string>, float[][]>
        {
            Columns = (2, int.MaxValue),
            Expected = "texts divided by tabs",
            FromColumns = columns => columns,
            FromRecord = record => record.Texts("texts"),
            Compute = new TextSimilarity(embedder).CompareAll,
            WriteJson = (json, _, matrix) => WriteJson(json, matrix),
            Render = Render,
        });
    }

    private static void WriteJson(Utf8JsonWriter json, float[][] matrix)
    {
        if (matrix.Length == 2)
        {
            json.WriteNumber("similarity", matrix[0][1]);
            return;
        }
        json.WriteStartArray("similarities");
        foreach (float[] row in matrix)
            json.WriteFloats(row);
        json.WriteEndArray();
    }

    private static void Render(IAnsiConsole console, IReadOnlyList<string> texts, float[][] matrix)
    {
        Table table = Tables.Create([.. texts.Select((_, i) => $"{i + 1}"), "text"]);
        foreach ((int i, string text) in texts.Index())
            table.Add([.. matrix[i].Select(score => (object)score), $"{i + 1} {text}"]);
        console.Write(table);
    }
}
