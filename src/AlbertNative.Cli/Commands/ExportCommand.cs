using System.CommandLine;
using AlbertNative.Annotations;

namespace AlbertNative.Cli;

/// <summary><c>albert export</c>: a model back into Hugging Face's layout.</summary>
internal sealed class ExportCommand : Command
{
    public const string Word = "export";
    public const string Summary = "Write a model as a directory that transformers and sentence-transformers load";

    private readonly Session _session;
    private readonly OutputOptions _output;
    private readonly Argument<string> _source = new("SOURCE")
    {
        Description = "A one-file model, or anything else that convert takes",
    };
    private readonly Argument<string> _directory = new("DIR") { Description = "The directory to make" };

    private readonly Option<bool> _onnx = new("--onnx")
    {
        Description = "Write the weights as an ONNX graph, model.onnx, for ONNX Runtime and others",
    };

    private readonly Option<bool> _sparkNlp = new("--spark-nlp")
    {
        Description = "With --onnx: what Spark NLP's loadSavedModel takes, the graph with assets/ beside it",
    };

    public ExportCommand(Session session)
        : base(Word, Summary)
    {
        _session = session;
        Add(_source);
        Add(_directory);
        Add(_onnx);
        Add(_sparkNlp);
        Validators.Add(command =>
        {
            if (command.GetValue(_sparkNlp) && !command.GetValue(_onnx))
                command.AddError("--spark-nlp needs --onnx, the only form that is written for it");
        });
        _output = new(this);
        SetAction(Execute);
    }

    private int Execute(ParseResult parsed)
    {
        string source = ModelPath.Resolve(_session, parsed.GetRequiredValue(_source));
        string directory = parsed.GetRequiredValue(_directory);
        if (parsed.GetValue(_sparkNlp))
            return ExportSparkNlp(parsed, source, directory);
        ConversionSummary summary = ConversionDisplay.During(
            _session.Terminal, directory,
            progress => parsed.GetValue(_onnx)
                ? ModelExporter.ExportOnnx(source, directory, progress, _session.Cancellation)
                : ModelExporter.Export(source, directory, progress, _session.Cancellation));
        ConversionSummaryFormat.Write(_session.Terminal, _output.IsJson(parsed), directory, summary);
        return ExitCode.Success;
    }

    private int ExportSparkNlp(ParseResult parsed, string source, string directory)
    {
        SparkNlpExport export = SparkNlpExporter.Export(source, directory, cancellationToken: _session.Cancellation);
        SparkNlpExportFormat.Write(_session.Terminal, _output.IsJson(parsed), directory, export);
        return ExitCode.Success;
    }
}
