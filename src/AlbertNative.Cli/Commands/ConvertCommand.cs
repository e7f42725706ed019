using System.CommandLine;
using AlbertNative.Model;
using AlbertNative.Tensors;

namespace AlbertNative.Cli;

/// <summary><c>albert convert</c>: any model into one file.</summary>
internal sealed class ConvertCommand : Command
{
    public const string Word = "convert";
    public const string Summary = "Convert a model to one safetensors file: weights, configuration, tokenizer and where they come from";

    private readonly Session _session;
    private readonly OutputOptions _output;
    private readonly Argument<string> _source = new("SOURCE")
    {
        Description = "A model: a directory, a checkpoint file with its other parts beside it, a one-file model, or a name on the hub",
    };
    private readonly Argument<string> _destination = new("DEST")
    {
        Description = $"The file to write, NAME{ModelConverter.Extension}",
    };
    private readonly Option<WeightStorage> _quantize = Choice.Of(
        "--quantize", "Store the weights in fewer bits [default: fp32]",
        ("fp32", WeightStorage.Float32), ("fp16", WeightStorage.Float16), ("int8", WeightStorage.Int8),
        ("int8-all", WeightStorage.Int8All));
    private readonly Option<WeightPrecision?> _hold = Choice.Of<WeightPrecision?>(
        "--hold", "How the model is held in memory and computed with unless whoever opens it chooses [default: as it is stored]",
        ("fp32", WeightPrecision.Float32), ("int8", WeightPrecision.Int8));
    private readonly Option<string?> _config = new("--config")
    {
        Description = "The configuration, for a source that has none beside it",
        HelpName = "CONFIG.json",
    };
    private readonly Option<string?> _name = new("--name")
    {
        Description = "What the file says that it was made of [default: the source's name]",
        HelpName = "NAME",
    };
    private readonly Option<string?> _encoder = new("--encoder")
    {
        Description = "A one-file model beside DEST: what it holds already, such as a frozen encoder, is not written again",
        HelpName = "FILE",
    };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Read and check everything, and write nothing" };

    public ConvertCommand(Session session, string name = Word)
        : base(name, Summary)
    {
        _session = session;
        Add(_source);
        Add(_destination);
        Add(_quantize);
        Add(_hold);
        Add(_config);
        Add(_name);
        Add(_encoder);
        Add(_dryRun);
        _output = new(this);
        SetAction(Execute);
    }

    private int Execute(ParseResult parsed)
    {
        string source = ModelPath.Resolve(_session, parsed.GetRequiredValue(_source));
        string destination = parsed.GetRequiredValue(_destination);
        ConversionOptions options = new()
        {
            Storage = parsed.GetValue(_quantize),
            Hold = parsed.GetValue(_hold),
            ConfigPath = parsed.GetValue(_config),
            SourceName = parsed.GetValue(_name),
            EncoderPath = parsed.GetValue(_encoder),
            DryRun = parsed.GetValue(_dryRun),
        };
        ConversionSummary summary = ConversionDisplay.During(
            _session.Terminal, destination,
            progress => ModelConverter.Convert(source, destination, options, progress, _session.Cancellation));
        ConversionSummaryFormat.Write(_session.Terminal, _output.IsJson(parsed), destination, summary);
        return ExitCode.Success;
    }
}
