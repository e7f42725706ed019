using System.CommandLine;
using System.Text.Json;
using Spectre.Console;

namespace AlbertNative.Cli;

/// <summary><c>albert bench tokenizer</c>: how fast the lines of a file become ids.</summary>
internal sealed class BenchTokenizerCommand : Command
{
    private readonly Session _session;
    private readonly TokenizerSource _source;
    private readonly OutputOptions _output;
    private readonly Argument<string> _corpus = new("file") { Description = "UTF-8 text, a line at a time" };
    private readonly Option<int> _runs = new("--runs")
    {
        Description = "Measured runs over the whole file, after three that are not",
        HelpName = "N",
        DefaultValueFactory = _ => 7,
    };

    public BenchTokenizerCommand(Session session)
        : base("tokenizer", "Time the tokenizer, one thread, text in and ids out: least and median milliseconds, MB/s, tokens/s")
    {
        _session = session;
        Add(_corpus);
        _source = new(this);
        Add(_runs.AtLeast(1));
        _output = new(this);
        SetAction(Execute);
    }

    private int Execute(ParseResult parsed)
    {
        ITextTokenizer tokenizer = _source.Load(parsed, _session);
        string file = parsed.GetRequiredValue(_corpus);
        TokenizerTiming timing = TokenizerTiming.Measure(file, tokenizer, parsed.GetValue(_runs), _session.Cancellation);
        if (_session.Terminal.OutputIsTerminal && !_output.IsJson(parsed))
        {
            Table table = Tables.Create("lines", "tokens", "min ms", "median ms", "MB/s", "tokens/s");
            table.Add(
                timing.Lines, timing.Tokens, Math.Round(timing.Timings.MinMs, 2), Math.Round(timing.Timings.MedianMs, 2),
                Math.Round(timing.MegabytesPerSecond, 2), Math.Round(timing.TokensPerSecond));
            _session.Terminal.CreateConsole().Write(table);
            return ExitCode.Success;
        }
        using JsonLinesWriter<string, TokenizerTiming> writer = new(_session.Terminal.Output, WriteJson);
        writer.Write(file, timing, record: null);
        writer.Complete();
        return ExitCode.Success;
    }

    private static void WriteJson(Utf8JsonWriter json, string _, TokenizerTiming timing) => timing.WriteTo(json);
}
