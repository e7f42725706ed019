using System.CommandLine;
using System.Text.Json;
using Spectre.Console;

namespace AlbertNative.Cli;

/// <summary><c>albert run</c>: a batch of ids from a file to a file of every output, to compare implementations by.</summary>
internal sealed class RunCommand : Command
{
    public const string Word = "run";
    public const string Summary = "Run a model on token ids, from one safetensors file to another";

    private readonly Session _session;
    private readonly OutputOptions _output;
    private readonly Option<string?> _model = new("--model", "-m")
    {
        Description = $"The model's directory or file, or its name on the hub [default: {DefaultModel.Nano.RelativePath}]",
        HelpName = "MODEL",
    };
    private readonly Option<string> _inputFile = new("--input", "-i")
    {
        Description = "input_ids [batch, sequence] (I64 or I32; [batch, choices, sequence] for multiple choice), "
            + "and attention_mask and token_type_ids where wanted",
        HelpName = "BATCH.safetensors",
        Required = true,
    };
    private readonly Option<string> _outputFile = new("--output", "-o")
    {
        Description = "Every output of the model's class under Hugging Face's names, zero where the mask is 0",
        HelpName = "OUT.safetensors",
        Required = true,
    };
    private readonly Option<bool> _hiddenStates = new("--hidden-states") { Description = "Write every layer's hidden states too" };
    private readonly Option<int?> _threads = ModelOptionSet.ThreadsOption();

    public RunCommand(Session session)
        : base(Word, Summary)
    {
        _session = session;
        Add(_model);
        Add(_inputFile);
        Add(_outputFile);
        Add(_hiddenStates);
        Add(_threads);
        _output = new(this);
        SetAction(Execute);
    }

    private int Execute(ParseResult parsed)
    {
        BatchRunSummary summary = BatchRun.Execute(
            ModelPath.Of(parsed.GetValue(_model), _session),
            parsed.GetRequiredValue(_inputFile),
            parsed.GetRequiredValue(_outputFile),
            new() { HiddenStates = parsed.GetValue(_hiddenStates), Model = new() { Threads = parsed.GetValue(_threads) } },
            _session.Cancellation);
        foreach (string omission in summary.Omissions)
            _session.Terminal.Error.WriteLine($"albert: {omission}");
        Report(parsed, summary);
        return ExitCode.Success;
    }

    private void Report(ParseResult parsed, BatchRunSummary summary)
    {
        Terminal terminal = _session.Terminal;
        if (terminal.OutputIsTerminal && !_output.IsJson(parsed))
        {
            Table table = Tables.Create(summary.ClassName, "shape");
            foreach ((string name, var shape) in summary.Outputs)
                table.Add(name, string.Join(" x ", shape));
            terminal.CreateConsole().Write(table);
            return;
        }
        using JsonLinesWriter<string, BatchRunSummary> writer = new(terminal.Output, WriteJson);
        writer.Write("", summary, record: null);
        writer.Complete();
    }

    private static void WriteJson(Utf8JsonWriter json, string _, BatchRunSummary summary)
    {
        json.WriteText("architecture", summary.ClassName);
        json.WriteStartObject("outputs");
        foreach ((string name, var shape) in summary.Outputs)
        {
            json.WriteStartArray(name);
            foreach (long dimension in shape)
                json.WriteNumberValue(dimension);
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }
}
