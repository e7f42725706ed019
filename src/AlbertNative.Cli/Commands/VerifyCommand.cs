using System.CommandLine;
using System.Text.Json;
using AlbertNative.Tensors;
using Spectre.Console;

namespace AlbertNative.Cli;

/// <summary><c>albert verify</c>: whether a model can be trusted.</summary>
internal sealed class VerifyCommand : Command
{
    public const string Word = "verify";
    public const string Summary = "Check that a model loads and fits together, that it computes alike in every way, and what is published of it";

    private readonly Session _session;
    private readonly OutputOptions _output;
    private readonly Argument<string?> _model = new("MODEL")
    {
        Description = $"The model's directory or file, or its name on the hub [default: {DefaultModel.Nano.RelativePath}]",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private readonly Option<WeightPrecision?> _precision = Choice.Of<WeightPrecision?>(
        "--precision", "Also hold the model in this precision against what its file says [default: that alone]",
        ("fp32", WeightPrecision.Float32), ("int8", WeightPrecision.Int8));

    public VerifyCommand(Session session)
        : base(Word, Summary)
    {
        _session = session;
        Add(_model);
        Add(_precision);
        _output = new(this);
        SetAction(Execute);
    }

    private int Execute(ParseResult parsed)
    {
        string path = ModelPath.Of(parsed.GetValue(_model), _session);
        Terminal terminal = _session.Terminal;
        List<string> failed = [];
        using IResultWriter<string, ModelCheck> writer = terminal.OutputIsTerminal && !_output.IsJson(parsed)
            ? new CheckTable(terminal.CreateConsole())
            : new JsonLinesWriter<string, ModelCheck>(terminal.Output, WriteJson);
        foreach (ModelCheck check in ModelVerifier.Verify(path, parsed.GetValue(_precision), _session.Cancellation))
        {
            writer.Write(path, check, record: null);
            writer.Flush();
            if (check.Result == CheckResult.Failed)
                failed.Add(check.Name);
        }
        writer.Complete();
        return failed.Count == 0
            ? ExitCode.Success
            : throw new BadInputException($"{path}: failed {string.Join(", ", failed)}");
    }

    private static void WriteJson(Utf8JsonWriter json, string path, ModelCheck check)
    {
        json.WriteText("check", check.Name);
        json.WriteText("result", Found(check.Result));
        json.WriteText("detail", check.Detail);
    }

    private static string Found(CheckResult result) => result switch
    {
        CheckResult.Passed => "passed",
        CheckResult.Failed => "failed",
        _ => "skipped",
    };

    /// <summary>All checks in one table, when they are done.</summary>
    private sealed class CheckTable(IAnsiConsole console) : IResultWriter<string, ModelCheck>
    {
        private readonly Table _table = Tables.Create("check", "result", "found");

        public void Write(string item, ModelCheck result, JsonRecord? record) =>
            _table.Add(result.Name, Found(result.Result), result.Detail);

        public void Flush()
        {
            // A table is drawn as a whole.
        }

        public void Complete() => console.Write(_table);

        public void Dispose()
        {
            // The console's streams are the process's.
        }
    }
}
