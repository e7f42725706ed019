using System.CommandLine;
using AlbertNative.Annotations;

namespace AlbertNative.Cli;

/// <summary><c>albert predict</c>: NLU's one-liner, a table of tokens and their vectors.</summary>
internal sealed class PredictCommand : TextCommand
{
    public const string Word = "predict";
    public const string Summary = "Tokens and their vectors, as NLU's one-liner gives them";

    private readonly Option<string?> _model = new("--model", "-m")
    {
        Description = "A name of Spark NLP's catalogue (albert_embeddings_albert_base_v1) or of NLU (en.embed.albert_base_v1), a model's " +
            $"directory or file, what Spark NLP has saved, or a name on the hub [default: {DefaultModel.Nano.RelativePath}]",
        HelpName = "MODEL",
    };
    private readonly Option<int?> _threads = ModelOptionSet.ThreadsOption();
    private readonly Option<OutputLevel> _level = Choice.Of(
        "--output-level", "What a row stands for [default: token]",
        ("token", OutputLevel.Token), ("sentence", OutputLevel.Sentence), ("document", OutputLevel.Document));
    private readonly Option<AnnotationMode> _mode = Choice.Of(
        "--mode", "Whose numbers: Spark NLP's without its faults, with them, or Hugging Face's [default: spark-nlp]",
        ("spark-nlp", AnnotationMode.SparkNlp), ("spark-nlp-exact", AnnotationMode.SparkNlpExact), ("huggingface", AnnotationMode.HuggingFace));
    private readonly Option<bool> _positions = new("--positions")
    {
        Description = "Columns with the first and the last character of each row, in UTF-16 code units",
    };

    public PredictCommand(Session session)
        : base(session, Word, Summary, ("TEXT", "Texts; in JSON lines {\"text\"}"))
    {
        Add(_model);
        Add(_threads);
        Add(_level);
        Add(_mode);
        Add(_positions);
    }

    protected override int Execute(ParseResult parsed)
    {
        OutputLevel level = parsed.GetValue(_level);
        string? name = parsed.GetValue(_model);
        string path = Resolve(name);
        using AnnotationModel model = AnnotationModel.Open(
            path, new TextModelOptions { Threads = parsed.GetValue(_threads) }, cancellationToken: Session.Cancellation);
        using NluPipeline pipeline = new(model, name ?? path, parsed.GetValue(_mode));
        NluFormat format = new(pipeline.EmbeddingsColumn, parsed.GetValue(_positions));
        TextWork<string, IReadOnlyList<NluRow>> work = new()
        {
            FromColumns = columns => columns[0],
            FromRecord = record => record.Text("text"),
            Compute = (texts, cancellation) => pipeline.PredictEach(texts, level, cancellation),
            WriteJson = (_, _, _) => throw new InvalidOperationException("a text's rows are lines of their own"),
            Render = (console, _, rows) => format.Render(console, rows),
        };
        bool isTable = Session.Terminal.OutputIsTerminal && !Output.IsJson(parsed) && !Input.IsJson(parsed);
        if (isTable || Input.TablePath(parsed) is not null)
            return Run(parsed, work);
        using NluJsonWriter writer = new(Session.Terminal.Output, format);
        return Run(parsed, work, writer, resultsOnScreen: Session.Terminal.OutputIsTerminal);
    }

    private string Resolve(string? name)
    {
        if (name is null || !SparkNlpNames.TryResolve(name, out string checkpoint, out string message))
            return ModelPath.Of(name, Session);
        Session.Terminal.Error.WriteLine($"albert: {message}");
        return ModelPath.Resolve(Session, checkpoint);
    }
}
