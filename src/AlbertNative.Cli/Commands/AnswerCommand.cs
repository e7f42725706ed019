using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace AlbertNative.Cli;

/// <summary><c>albert answer</c>: answers to questions, found in contexts.</summary>
internal sealed class AnswerCommand : TextCommand
{
    private static ColumnType Answers => ColumnType.ListOf(ColumnType.StructOf(
        ("score", ColumnType.Number), ("start", ColumnType.Integer), ("end", ColumnType.Integer), ("answer", ColumnType.Text)));

    private readonly ModelOptionSet _model;
    private readonly Option<int> _topK = new("--top-k", "-k")
    {
        Description = "The most answers to a question",
        HelpName = "N",
        DefaultValueFactory = _ => QuestionAnsweringOptions.Default.TopK,
    };
    private readonly Option<int> _maxAnswerLength = new("--max-answer-length")
    {
        Description = "The most tokens of an answer",
        HelpName = "N",
        DefaultValueFactory = _ => QuestionAnsweringOptions.Default.MaxAnswerLength,
    };
    private readonly Option<int?> _stride = new("--stride")
    {
        Description = "Tokens that neighbouring windows of a long context share [default: 128, or half a window]",
        HelpName = "N",
    };
    private readonly Option<bool> _allowNoAnswer = new("--allow-no-answer") { Description = "An empty answer says that there is none" };

    public AnswerCommand(Session session)
        : base(
            session, QuestionAnswerer.Description.Command, QuestionAnswerer.Description.Summary + ". Offsets count Unicode code points of the context",
            ("QUESTION CONTEXT", "A question and its context; a line of a file has both, divided by a tab; "
                + "in JSON lines {\"question\", \"context\"}"),
            columns: (2, 2), hasOffsets: true)
    {
        _model = new(this, DefaultModel.Nano);
        Add(_topK.AtLeast(1));
        Add(_maxAnswerLength.AtLeast(1));
        Add(_stride.AtLeast(0));
        Add(_allowNoAnswer);
    }

    protected override int Execute(ParseResult parsed)
    {
        using TextModel model = _model.Open(parsed, Session);
        using QuestionAnswerer answerer = new(model, _model.Value(parsed));
        QuestionAnsweringOptions options = new()
        {
            TopK = parsed.GetValue(_topK),
            MaxAnswerLength = parsed.GetValue(_maxAnswerLength),
            Stride = parsed.GetValue(_stride),
            AllowNoAnswer = parsed.GetValue(_allowNoAnswer),
        };
        Func<string, TextOffsets> offsets = Output.Offsets(parsed);
        return Run(parsed, new TextWork<(string Question, string Context), IReadOnlyList<Answer>>
        {
            Columns = (2, 2),
            Expected = "a question, a tab and a context",
            FromColumns = columns => (columns[0], columns[1]),
            FromRecord = record => (record.Text("question"), record.Text("context")),
            Table = () => new(
                row => (row.Text("question"), row.Text("context")),
                new TableColumn<(string, string Context), IReadOnlyList<Answer>>("answers", Answers, (asked, answers) => Values(answers, offsets(asked.Context)))),
            Compute = (questions, cancellationToken) => answerer.Answer(questions, options, cancellationToken),
            WriteJson = (json, asked, answers) => WriteJson(json, answers, offsets(asked.Context)),
            Render = (console, asked, answers) => Render(console, asked.Question, answers, offsets(asked.Context)),
        });
    }

    private static IEnumerable<object?> Values(IReadOnlyList<Answer> answers, TextOffsets offsets) => answers.Select(
        answer => (object?[])[answer.Score, offsets.At(answer.Span.Start), offsets.At(answer.Span.End), answer.Text]);

    private static void WriteJson(Utf8JsonWriter json, IReadOnlyList<Answer> answers, TextOffsets offsets)
    {
        json.WriteStartArray("answers");
        foreach (Answer answer in answers)
        {
            json.WriteStartObject();
            json.WriteNumber("score", answer.Score);
            json.WriteNumber("start", offsets.At(answer.Span.Start));
            json.WriteNumber("end", offsets.At(answer.Span.End));
            json.WriteText("answer", answer.Text);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void Render(IAnsiConsole console, string question, IReadOnlyList<Answer> answers, TextOffsets offsets)
    {
        Table table = Tables.Create("score", "answer", "offsets").Title(Markup.Escape(question));
        foreach (Answer answer in answers)
        {
            string range = string.Create(
                CultureInfo.InvariantCulture, $"{offsets.At(answer.Span.Start)}-{offsets.At(answer.Span.End)}");
            table.Add(answer.Score, answer.Text.Length == 0 ? "(none)" : answer.Text, range);
        }
        console.Write(table);
    }
}
