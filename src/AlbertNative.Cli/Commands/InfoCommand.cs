using System.CommandLine;

namespace AlbertNative.Cli;

/// <summary><c>albert info</c>: what a model is; reads every tensor of it.</summary>
internal sealed class InfoCommand : Command
{
    public const string Word = "info";
    public const string Summary = "Read a model whole and describe it: configuration, heads, parameters, tensors, tokenizer";

    private readonly Session _session;
    private readonly OutputOptions _output;
    private readonly Argument<string?> _model = new("MODEL")
    {
        Description = $"The model's directory or file, or its name on the hub [default: {DefaultModel.Nano.RelativePath}]",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private readonly Option<string?> _option = new("--model", "-m") { Description = "The same", HelpName = "MODEL" };

    public InfoCommand(Session session)
        : base(Word, Summary)
    {
        _session = session;
        Add(_model);
        Add(_option);
        _output = new(this);
        Validators.Add(command =>
        {
            if (command.GetValue(_model) is not null && command.GetValue(_option) is not null)
                command.AddError("give the model as an argument or with --model, not both");
        });
        SetAction(Execute);
    }

    private int Execute(ParseResult parsed)
    {
        string path = ModelPath.Of(parsed.GetValue(_model) ?? parsed.GetValue(_option), _session);
        ModelReport report = ModelReport.Read(path, _session.Cancellation);
        Terminal terminal = _session.Terminal;
        if (terminal.OutputIsTerminal && !_output.IsJson(parsed))
        {
            ModelReportFormat.Render(terminal.CreateConsole(), report);
            return ExitCode.Success;
        }
        using JsonLinesWriter<string, ModelReport> writer = new(
            terminal.Output, (json, _, model) => ModelReportFormat.WriteJson(json, model));
        writer.Write(path, report, record: null);
        writer.Complete();
        return ExitCode.Success;
    }
}
