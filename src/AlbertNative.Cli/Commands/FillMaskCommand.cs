using System.CommandLine;
using System.Text.Json;
using Spectre.Console;

namespace AlbertNative.Cli;

/// <summary><c>albert fill-mask</c>: words for each <c>[MASK]</c>.</summary>
internal sealed class FillMaskCommand : TextCommand
{
    private static ColumnType Masks => ColumnType.ListOf(ColumnType.ListOf(ColumnType.StructOf(
        ("score", ColumnType.Number), ("token", ColumnType.Integer), ("piece", ColumnType.Text), ("token_str", ColumnType.Text),
        ("sequence", ColumnType.Text))));

    private readonly ModelOptionSet _model;
    private readonly Option<int> _topK = new("--top-k", "-k")
    {
        Description = "How many words for each mask",
        HelpName = "N",
        DefaultValueFactory = _ => FillMaskOptions.Default.TopK,
    };
    private readonly Option<string[]> _targets = new("--targets")
    {
        Description = "Score these words only, as often as wanted or divided by commas",
        HelpName = "WORD,...",
    };

    public FillMaskCommand(Session session)
        : base(
            session, MaskFiller.Description.Command, MaskFiller.Description.Summary,
            ("TEXT", "Texts with one [MASK] or more; in JSON lines {\"text\"}"))
    {
        _model = new(this, DefaultModel.Nano, OverlongAction.Refuse, OverlongAction.Truncate, OverlongAction.Window);
        Add(_topK.AtLeast(1));
        Add(_targets);
    }

    protected override int Execute(ParseResult parsed)
    {
        using TextModel model = _model.Open(parsed, Session);
        using MaskFiller filler = new(model, _model.Value(parsed));
        string[]? targets = parsed.GetResult(_targets) is null
            ? null
            : [.. parsed.GetValue(_targets)!.SelectMany(value => value.Split(',', StringSplitOptions.RemoveEmptyEntries))];
        WarnOfPartialTargets(filler, targets ?? []);

        FillMaskOptions options = new() { TopK = parsed.GetValue(_topK), Targets = targets };
        return Run(parsed, new TextWork<string, IReadOnlyList<IReadOnlyList<MaskFill>>>
        {
            FromColumns = columns => columns[0],
            FromRecord = record => record.Text("text"),
            Table = () => new(row => row.Text("text"), new TableColumn<string, IReadOnlyList<IReadOnlyList<MaskFill>>>("masks", Masks, (_, masks) => Values(masks))),
            Compute = (texts, cancellationToken) => filler.Fill(texts, options, cancellationToken),
            WriteJson = WriteJson,
            Render = Render,
        });
    }

    private void WarnOfPartialTargets(MaskFiller filler, string[] targets)
    {
        foreach (string target in targets)
        {
            string? problem = filler.ResolveTarget(target) switch
            {
                null => "has no token and is left out",
                { TokenCount: > 1 } resolved => $"is no single token: its first one, {resolved.Token}, is scored for it",
                _ => null,
            };
            if (problem is not null)
                Session.Terminal.Error.WriteLine($"albert: the target \"{target}\" {problem}");
        }
    }

    private static IEnumerable<object?> Values(IReadOnlyList<IReadOnlyList<MaskFill>> masks) => masks.Select(
        fills => fills.Select(fill => (object?[])[fill.Score, fill.TokenId, fill.Token, fill.Text, fill.Sequence]));

    private static void WriteJson(Utf8JsonWriter json, string text, IReadOnlyList<IReadOnlyList<MaskFill>> masks)
    {
        json.WriteStartArray("masks");
        foreach (IReadOnlyList<MaskFill> fills in masks)
        {
            json.WriteStartArray();
            foreach (MaskFill fill in fills)
            {
                json.WriteStartObject();
                json.WriteNumber("score", fill.Score);
                json.WriteNumber("token", fill.TokenId);
                json.WriteText("piece", fill.Token);
                json.WriteText("token_str", fill.Text);
                json.WriteText("sequence", fill.Sequence);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        json.WriteEndArray();
    }

    private static void Render(IAnsiConsole console, string text, IReadOnlyList<IReadOnlyList<MaskFill>> masks)
    {
        foreach (IReadOnlyList<MaskFill> fills in masks)
        {
            Table table = Tables.Create("score", "word", "text");
            foreach (MaskFill fill in fills)
                table.Add(fill.Score, fill.Text, fill.Sequence);
            console.Write(table);
        }
    }
}
