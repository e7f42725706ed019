using System.CommandLine;
using System.CommandLine.Parsing;
using AlbertNative.Annotations;
using AlbertNative.Spark;

namespace AlbertNative.Cli;

/// <summary><c>albert transform</c>: a pipeline of annotators over an Arrow stream, on standard input and output or on a socket.</summary>
internal sealed class TransformCommand : Command
{
    public const string Word = "transform";
    public const string Summary = "Run a pipeline of annotators over an Arrow stream, as Spark's Python workers do";

    private readonly Session _session;
    private readonly Option<bool> _arrow = new("--arrow")
    {
        Description = "Read an Arrow stream (IPC) from standard input and write one to standard output; the only form there is",
    };
    private readonly Option<string?> _pipeline = new("--pipeline")
    {
        Description = "The pipeline's file, or the directory of one that Spark has saved with stages of Spark NLP, for a stream whose schema "
            + "names none [default: documents, tokens and their vectors of a column text]",
        HelpName = "PATH",
    };
    private readonly Option<string?> _model = new("--model", "-m")
    {
        Description = $"The model of the default pipeline [default: {DefaultModel.Nano.RelativePath}]",
        HelpName = "MODEL",
    };
    private readonly Option<int?> _threads = ModelOptionSet.ThreadsOption();
    private readonly Option<string?> _socket = new("--socket")
    {
        Description = "Answer streams on this Unix socket instead, any number at once, until nobody has been connected for a while",
        HelpName = "PATH",
    };
    private readonly Option<int> _idle = new("--idle")
    {
        Description = "For how many seconds a socket waits without a connection",
        HelpName = "SECONDS",
        DefaultValueFactory = _ => 300,
    };
    private readonly Option<bool> _endWithParent = new("--end-with-parent")
    {
        Description = "End when the process that started this one has gone (on Linux)",
    };

    public TransformCommand(Session session)
        : base(Word, Summary)
    {
        _session = session;
        Add(_arrow);
        Add(_pipeline);
        Add(_model);
        Add(_threads);
        Add(_socket);
        Add(_idle.AtLeast(1));
        Add(_endWithParent);
        Validators.Add(Validate);
        SetAction(Execute);
    }

    private int Execute(ParseResult parsed)
    {
        using IDisposable? watch = parsed.GetValue(_endWithParent) ? ParentWatch.Start() : null;
        TextModelOptions options = new() { Threads = parsed.GetValue(_threads) };
        using ModelPool models = new(
            name => AnnotationModel.Open(name, options, cancellationToken: _session.Cancellation),
            name => AnnotationModel.HashOf(name, options, _session.Cancellation));
        if (parsed.GetValue(_socket) is string path)
        {
            new SocketServer(path, models, TimeSpan.FromSeconds(parsed.GetValue(_idle)), _session.Terminal.Error).Run(_session.Cancellation);
            return ExitCode.Success;
        }
        // Not closed: the process's own stream is below it, and every batch is flushed.
        BufferedStream output = new(_session.Terminal.Output, 1 << 16);
        AnnotationStream.Answer(
            _session.Terminal.Input, output, models, () => new() { Pipeline = Pipeline(parsed, models) }, new StreamCounts(), _session.Cancellation);
        return ExitCode.Success;
    }

    private byte[] Pipeline(ParseResult parsed, ModelPool models)
    {
        if (parsed.GetValue(_pipeline) is string path)
            return Directory.Exists(path) ? AnnotationPipeline.LoadSaved(path, models.Get).ToJson() : File.ReadAllBytes(path);
        AnnotationModel model = models.Get(ModelPath.Of(parsed.GetValue(_model), _session));
        return new AnnotationPipeline(
            new DocumentAssembler { InputCol = "text", OutputCol = "document" },
            new Annotations.Tokenizer { InputCols = ["document"], OutputCol = "token" },
            new AlbertEmbeddings(model) { InputCols = ["document", "token"], OutputCol = "embeddings" }).ToJson();
    }

    private void Validate(CommandResult command)
    {
        if (!command.GetValue(_arrow))
            command.AddError("--arrow is missing: Arrow streams are the only form there is");
        if (command.GetValue(_pipeline) is not null && command.GetValue(_model) is not null)
            command.AddError("--pipeline names its models itself, --model is for the default one");
        if (command.GetValue(_socket) is not null && (command.GetValue(_pipeline) ?? command.GetValue(_model)) is not null)
            command.AddError("--socket: each stream names its own pipeline in its schema");
        if (command.GetResult(_idle) is { Implicit: false } && command.GetValue(_socket) is null)
            command.AddError("--idle is for --socket");
    }
}
