using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;
using AlbertNative.Evaluation;
using Spectre.Console;

namespace AlbertNative.Cli;

/// <summary><c>albert tag</c>: labels of tokens, words and entities.</summary>
internal sealed class TagCommand : TextCommand
{
    private readonly ModelOptionSet _model;
    private readonly Option<AggregationStrategy> _aggregation = Choice.Of(
        "--aggregation", "How tokens become entities [default: none]; with --words, which of a word's tokens decide [default: first]",
        ("none", AggregationStrategy.None), ("simple", AggregationStrategy.Simple), ("first", AggregationStrategy.First),
        ("average", AggregationStrategy.Average), ("max", AggregationStrategy.Max));
    private readonly Option<TagScheme?> _scheme = SchemeOption();
    private readonly Option<string[]> _ignore = new("--ignore-label")
    {
        Description = "Leave out what has this label, as often as wanted; --ignore-label \"\" leaves out nothing",
        HelpName = "LABEL",
        DefaultValueFactory = _ => [.. TokenClassificationOptions.Default.IgnoredLabels],
    };
    private readonly Option<bool> _words = new("--words")
    {
        Description = "One label for each word: the input is split by white space, or is the list \"words\" of a JSON line",
    };

    public TagCommand(Session session)
        : base(
            session, TokenClassifier.Description.Command, TokenClassifier.Description.Summary + ". Offsets count Unicode code points of the text",
            ("TEXT", "Texts to tag; in JSON lines {\"text\"}"), hasOffsets: true)
    {
        _model = new(this, DefaultModel.PersianWords, OverlongAction.Refuse, OverlongAction.Truncate, OverlongAction.Window);
        Add(_aggregation);
        Add(_scheme);
        Add(_ignore);
        Add(_words);
        Validators.Add(Validate);
    }

    protected override int Execute(ParseResult parsed)
    {
        using TextModel model = _model.Open(parsed, Session);
        using TokenClassifier classifier = new(model, _model.Value(parsed));
        return parsed.GetValue(_words) ? TagWords(parsed, classifier) : TagTexts(parsed, classifier);
    }

    /// <summary>The option that allows only what a scheme of tags does.</summary>
    public static Option<TagScheme?> SchemeOption() => Choice.Of<TagScheme?>(
        "--scheme", "Choose the labels of a text together, among those that follow a scheme of tags [default: each by itself, or as the model's CRF has learnt]",
        ("iob2", TagScheme.Iob2), ("iobes", TagScheme.Iobes));

    private int TagTexts(ParseResult parsed, TokenClassifier classifier)
    {
        TokenClassificationOptions options = new()
        {
            Aggregation = parsed.GetValue(_aggregation),
            IgnoredLabels = parsed.GetValue(_ignore)!,
            Scheme = parsed.GetValue(_scheme),
        };
        Func<string, TextOffsets> offsets = Output.Offsets(parsed);
        return Run(parsed, new TextWork<string, IReadOnlyList<Entity>>
        {
            FromColumns = columns => columns[0],
            FromRecord = record => record.Text("text"),
            Table = () => new(row => row.Text("text"), EntityColumn(options.Aggregation == AggregationStrategy.None, offsets)),
            Compute = (texts, cancellationToken) => classifier.Classify(texts, options, cancellationToken),
            WriteJson = (json, text, entities) => WriteEntities(json, entities, offsets(text)),
            Render = (console, text, entities) => RenderEntities(console, text, entities, offsets(text)),
        });
    }

    private int TagWords(ParseResult parsed, TokenClassifier classifier)
    {
        TaskOperation<IReadOnlyList<string>, IReadOnlyList<LabelScore?>> operation =
            classifier.WordOperation(parsed.GetValue(_aggregation), parsed.GetValue(_scheme));
        return Run(parsed, new TextWork<IReadOnlyList<string>, IReadOnlyList<LabelScore?>>
        {
            FromColumns = columns => Words.Of(columns[0]),
            FromRecord = record => record.Texts("words"),
            Table = () => new(
                row => row.Texts("words"),
                new("labels", ColumnType.ListOf(ColumnType.Text), (_, labels) => labels.Select(label => label?.Label)),
                new("scores", ColumnType.ListOf(ColumnType.Number), (_, labels) => labels.Select(label => (object?)label?.Score))),
            Compute = (texts, cancellationToken) => operation.Run(texts, cancellationToken),
            WriteJson = WriteWords,
            Render = RenderWords,
        });
    }

    // As in a JSON line.
    private static TableColumn<string, IReadOnlyList<Entity>> EntityColumn(bool areTokens, Func<string, TextOffsets> offsets)
    {
        (string, ColumnType)[] fields =
        [
            (areTokens ? "entity" : "entity_group", ColumnType.Text), ("score", ColumnType.Number),
            .. areTokens ? [("index", ColumnType.Integer)] : ((string, ColumnType)[])[],
            ("word", ColumnType.Text), ("start", ColumnType.Integer), ("end", ColumnType.Integer),
        ];
        return new("entities", ColumnType.ListOf(ColumnType.StructOf(fields)), (text, entities) =>
        {
            TextOffsets count = offsets(text);
            return entities.Select(entity => (object?[])
            [
                entity.Label, entity.Score, .. areTokens ? [entity.TokenIndex] : (object?[])[],
                entity.Word, count.At(entity.Span.Start), count.At(entity.Span.End),
            ]).ToArray();
        });
    }

    // The keys are those of Hugging Face's pipeline.
    private static void WriteEntities(Utf8JsonWriter json, IReadOnlyList<Entity> entities, TextOffsets offsets)
    {
        json.WriteStartArray("entities");
        foreach (Entity entity in entities)
        {
            json.WriteStartObject();
            json.WriteText(entity.TokenIndex is null ? "entity_group" : "entity", entity.Label);
            json.WriteNumber("score", entity.Score);
            if (entity.TokenIndex is int index)
                json.WriteNumber("index", index);
            json.WriteText("word", entity.Word);
            json.WriteNumber("start", offsets.At(entity.Span.Start));
            json.WriteNumber("end", offsets.At(entity.Span.End));
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void RenderEntities(IAnsiConsole console, string text, IReadOnlyList<Entity> entities, TextOffsets offsets)
    {
        Table table = Tables.Create("label", "score", "text", "offsets").Title(Markup.Escape(text));
        foreach (Entity entity in entities)
        {
            string range = string.Create(
                CultureInfo.InvariantCulture, $"{offsets.At(entity.Span.Start)}-{offsets.At(entity.Span.End)}");
            table.Add(entity.Label, entity.Score, text[entity.Span.Start..entity.Span.End].Trim(), range);
        }
        console.Write(table);
    }

    private static void WriteWords(Utf8JsonWriter json, IReadOnlyList<string> words, IReadOnlyList<LabelScore?> labels)
    {
        json.WriteTexts("words", words);
        json.WriteStartArray("labels");
        foreach (LabelScore? label in labels)
        {
            if (label is null)
                json.WriteNullValue();
            else
                json.WriteText(label.Value.Label);
        }
        json.WriteEndArray();
        json.WriteStartArray("scores");
        foreach (LabelScore? label in labels)
        {
            if (label is null)
                json.WriteNullValue();
            else
                json.WriteNumberValue(label.Value.Score);
        }
        json.WriteEndArray();
    }

    private static void RenderWords(IAnsiConsole console, IReadOnlyList<string> words, IReadOnlyList<LabelScore?> labels)
    {
        Table table = Tables.Create("word", "label", "score");
        foreach ((string word, LabelScore? label) in words.Zip(labels))
        {
            if (label is null)
                table.Add(word, "none", "");
            else
                table.Add(word, label.Value.Label, label.Value.Score);
        }
        console.Write(table);
    }

    private void Validate(CommandResult command)
    {
        if (command.GetValue(_words) && command.GetResult(_ignore) is { Implicit: false })
            command.AddError("--ignore-label is for entities, not for --words");
    }
}
