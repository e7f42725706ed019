using System.CommandLine;
using System.CommandLine.Parsing;
using AlbertNative.Model;
using AlbertNative.Tensors;
using Spectre.Console;

namespace AlbertNative.Cli;

/// <summary><c>albert bench</c>: how long a forward pass takes on this machine, and what share of its peak that is.</summary>
internal sealed class BenchCommand : Command
{
    public const string Word = "bench";
    public const string Summary = "Time the forward pass: least and median milliseconds, GFLOP/s, share of the processor's peak";

    private const string DefaultConfiguration = "base-v2";

    private readonly Session _session;
    private readonly OutputOptions _output;
    private readonly Option<string?> _model = new("--model", "-m")
    {
        Description = "Measure this model's weights: a directory or file, or a name on the hub",
        HelpName = "MODEL",
    };
    private readonly Option<string?> _config = new("--config")
    {
        Description = $"Measure synthetic weights of a config.json, or of {BenchModels.Names} [default: {DefaultConfiguration}]",
        HelpName = "NAME|FILE",
    };
    private readonly Option<BenchShape[]?> _shapes = new("--shapes")
    {
        Description = $"What to measure, texts by tokens [default: {BenchShape.DefaultList}]",
        HelpName = "1x8,8x128",
        CustomParser = ParseShapes,
    };
    private readonly Option<(int, int)?> _lengths = new("--lengths")
    {
        Description = "Measure one call with texts of mixed lengths, from the shortest to the longest",
        HelpName = "8..128",
        CustomParser = ParseLengths,
    };
    private readonly Option<int?> _texts = new("--texts")
    {
        Description = "Texts of mixed lengths [default: 64]",
        HelpName = "N",
    };
    private readonly Option<int?> _threads = new("--threads")
    {
        Description = "Threads of a forward pass [default: 1]",
        HelpName = "N",
    };
    private readonly Option<int?> _callers = new("--callers")
    {
        Description = "Threads that call the model at once, each as often as --runs says; the time is that between two finished calls [default: 1]",
        HelpName = "N",
    };
    private readonly Option<int?> _runs = new("--runs")
    {
        Description = "Measured runs of each shape, after three that are not [default: 6000 / tokens, from 7 to 60]",
        HelpName = "N",
    };
    private readonly Option<bool> _int8 = new("--int8") { Description = "Hold the layers' weights in 8 bits" };
    private readonly Option<BenchHead> _heads = Choice.Of(
        "--heads", "The hidden states that are asked for; the last layer is computed for these alone [default: all]",
        ("all", BenchHead.All), ("cls", BenchHead.Cls), ("mask", BenchHead.Mask));

    public BenchCommand(Session session)
        : base(Word, Summary)
    {
        _session = session;
        Add(_model);
        Add(_config);
        Add(_shapes);
        Add(_lengths);
        Add(_texts.AtLeast(1));
        Add(_threads.AtLeast(1));
        Add(_callers.AtLeast(1));
        Add(_runs.AtLeast(1));
        Add(_int8);
        Add(_heads);
        _output = new(this);
        Add(new BenchTokenizerCommand(session));
        Validators.Add(Validate);
        SetAction(Execute);
    }

    private int Execute(ParseResult parsed)
    {
        using PreTrainedModel model = Open(parsed);
        int vocabulary = model.Config.VocabularySize;
        if (BenchTokens.AreCapped(model.Config))
            _session.Terminal.Error.WriteLine($"albert: the token ids stay below {vocabulary}, the size of the vocabulary");
        ForwardBenchmark benchmark = new(
            model, parsed.GetValue(_heads), parsed.GetValue(_callers) ?? 1, parsed.GetValue(_runs), _session.Cancellation);
        IEnumerable<ForwardTiming> timings = Shapes(parsed).Select(benchmark.Run);
        if (_session.Terminal.OutputIsTerminal && !_output.IsJson(parsed))
            Render(timings);
        else
            WriteJson(timings);
        return ExitCode.Success;
    }

    private PreTrainedModel Open(ParseResult parsed)
    {
        ModelOptions options = new()
        {
            Threads = parsed.GetValue(_threads) ?? 1,
            Precision = parsed.GetValue(_int8) ? WeightPrecision.Int8 : WeightPrecision.Float32,
        };
        return parsed.GetValue(_model) is string model
            ? PreTrainedModel.Open(ModelPath.Of(model, _session), options, cancellationToken: _session.Cancellation)
            : BenchModels.Create(parsed.GetValue(_config) ?? DefaultConfiguration, options);
    }

    private List<BenchShape> Shapes(ParseResult parsed)
    {
        List<BenchShape> shapes = [.. parsed.GetValue(_shapes) ?? []];
        if (parsed.GetValue(_lengths) is (int shortest, int longest))
            shapes.Add(new(parsed.GetValue(_texts) ?? 64, shortest, longest));
        return shapes.Count > 0 ? shapes : [.. SplitShapes(BenchShape.DefaultList)!];
    }

    private void Render(IEnumerable<ForwardTiming> timings)
    {
        Table table = Tables.Create("shape", "tokens", "min ms", "median ms", "GFLOP/s", "of peak", "checksum");
        foreach (ForwardTiming timing in timings)
        {
            table.Add(
                timing.Shape, timing.Tokens, Round(timing.Timings.MinMs), Round(timing.Timings.MedianMs),
                Round(timing.Gflops), $"{Round(100 * timing.PeakShare)} %", timing.Checksum);
        }
        IAnsiConsole console = _session.Terminal.CreateConsole();
        console.Write(table);
        console.WriteLine(PageReport.Describe());

        static double Round(double value) => Math.Round(value, 2);
    }

    private void WriteJson(IEnumerable<ForwardTiming> timings)
    {
        using JsonLinesWriter<BenchShape, ForwardTiming> writer = new(
            _session.Terminal.Output, (json, _, timing) => timing.WriteTo(json));
        foreach (ForwardTiming timing in timings)
        {
            writer.Write(timing.Shape, timing, record: null);
            writer.Flush();
        }
        writer.Complete();
    }

    private void Validate(CommandResult command)
    {
        if (command.GetValue(_model) is not null && command.GetValue(_config) is not null)
            command.AddError("--model and --config exclude each other");
        if (command.GetResult(_texts) is not null && command.GetResult(_lengths) is null)
            command.AddError("--texts counts the texts of --lengths");
    }

    /// <summary>Reads the value of <c>--shapes</c>; null, with an error, where it is none.</summary>
    internal static BenchShape[]? ParseShapes(ArgumentResult argument)
    {
        string list = argument.Tokens[0].Value;
        BenchShape[]? shapes = SplitShapes(list);
        if (shapes is null)
            argument.AddError($"--shapes: expected texts by tokens, such as {BenchShape.DefaultList}, found \"{list}\"");
        return shapes;
    }

    private static BenchShape[]? SplitShapes(string list)
    {
        List<BenchShape> shapes = [];
        foreach (string item in list.Split(','))
        {
            if (!BenchShape.TryParse(item, out BenchShape shape))
                return null;
            shapes.Add(shape);
        }
        return [.. shapes];
    }

    private static (int, int)? ParseLengths(ArgumentResult argument)
    {
        string text = argument.Tokens[0].Value;
        if (BenchShape.TryParseLengths(text, out (int, int) lengths))
            return lengths;
        argument.AddError($"--lengths: expected the shortest and the longest, such as 8..128, found \"{text}\"");
        return null;
    }
}
