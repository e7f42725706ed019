using System.CommandLine;

namespace AlbertNative.Cli;

/// <summary><c>albert index</c>: texts and their vectors in a file, for <c>albert search</c>.</summary>
internal sealed class IndexCommand : TextCommand
{
    public const string Word = "index";
    public const string Summary = "Write texts and their vectors to a file that albert search searches";

    private readonly ModelOptionSet _model;
    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = $"The index to write, NAME{ModelConverter.Extension}; replaced where it exists, when it is complete",
        HelpName = "INDEX",
        Required = true,
    };

    public IndexCommand(Session session)
        : base(session, Word, Summary, ("TEXT", "Texts; in JSON lines {\"text\"}"), takesTables: false)
    {
        _model = new(this, DefaultModel.MiniLM, OverlongAction.Refuse, OverlongAction.Truncate, OverlongAction.Window);
        Add(_output);
        Validators.Add(command =>
        {
            if (command.GetValue(_output) is string path && !path.EndsWith(ModelConverter.Extension, StringComparison.Ordinal))
                command.AddError($"--output: expected a file that ends in {ModelConverter.Extension}, found \"{path}\"");
        });
    }

    protected override int Execute(ParseResult parsed)
    {
        using TextModel model = _model.Open(parsed, Session);
        using TextEmbedder embedder = new(model, options: _model.Value(parsed));
        TextWork<string, float[]> work = new()
        {
            FromColumns = columns => columns[0],
            FromRecord = record => record.Text("text"),
            Compute = (texts, cancellationToken) => embedder.Embed(texts, EmbeddingRequest.Document, cancellationToken),
            WriteJson = (json, _, vector) => json.WriteFloats("embedding", vector),
            Render = VectorFormat.Render,
        };
        using IndexResultWriter writer = new(new(parsed.GetRequiredValue(_output), embedder), Session.Cancellation);
        return Run(parsed, work, writer, resultsOnScreen: false);
    }
}
