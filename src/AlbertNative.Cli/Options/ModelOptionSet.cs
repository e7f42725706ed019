using System.CommandLine;
using System.CommandLine.Parsing;
using AlbertNative.Tensors;

namespace AlbertNative.Cli;

/// <summary>Which model, and how texts meet it.</summary>
internal sealed class ModelOptionSet
{
    private static readonly (string Word, OverlongAction Action)[] Words =
    [
        ("refuse", OverlongAction.Refuse), ("truncate", OverlongAction.Truncate), ("window", OverlongAction.Window),
    ];

    private readonly DefaultModel _default;
    private readonly Option<string?> _model;
    private readonly Option<int?> _threads = ThreadsOption();
    private readonly Option<WeightPrecision?> _precision = Choice.Of<WeightPrecision?>(
        "--precision", "How the layers' weights are held: int8 takes a quarter of the memory [default: what the model's file says]",
        ("fp32", WeightPrecision.Float32), ("int8", WeightPrecision.Int8));
    private readonly Option<int?> _maxLength = new("--max-length")
    {
        Description = "The most tokens of an input [default: what the model takes]",
        HelpName = "N",
    };
    private readonly Option<OverlongAction> _overlong;
    private readonly Option<int?> _stride = new("--stride")
    {
        Description = "Tokens that neighbouring windows share [default: a quarter of a window, with --overlong window]",
        HelpName = "N",
    };
    private readonly TokenizerOptionSet _tokenizer;
    private readonly bool _hasOverlong;

    /// <summary>Adds the options to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="model">Its model where it is told of none.</param>
    /// <param name="overlong">What it can do with texts that are too long; null where that is not the caller's choice.</param>
    public ModelOptionSet(Command command, DefaultModel model, params OverlongAction[] overlong)
    {
        _default = model;
        _model = new("--model", "-m")
        {
            Description = $"The model's directory or file, or its name on the hub [default: {model.RelativePath}]",
            HelpName = "MODEL",
        };
        _overlong = Choice.Of(
            "--overlong", "What happens to longer texts [default: refuse]", Array.FindAll(Words, word => overlong.Contains(word.Action)));
        _hasOverlong = overlong.Length > 0;

        command.Add(_model);
        command.Add(_threads);
        command.Add(_precision);
        command.Add(_maxLength.AtLeast(1));
        if (_hasOverlong)
            command.Add(_overlong);
        if (overlong.Contains(OverlongAction.Window))
        {
            command.Add(_stride.AtLeast(0));
            command.Validators.Add(RequireWindows);
        }
        _tokenizer = new(command);
    }

    /// <summary>The option that says how many threads a forward pass has.</summary>
    public static Option<int?> ThreadsOption() => new Option<int?>("--threads")
    {
        Description = "Threads of a forward pass [default: one a physical core]",
        HelpName = "N",
    }.AtLeast(1);

    /// <summary>Opens the model; one that is named as on the hub is fetched where it is not in the cache.</summary>
    /// <exception cref="BadInputException">There is none of that name.</exception>
    public TextModel Open(ParseResult parsed, Session session) => TextModel.Open(
        ModelPath.Of(parsed.GetValue(_model), session, _default),
        new() { Tokenizer = _tokenizer.Value(parsed), Threads = parsed.GetValue(_threads), Precision = parsed.GetValue(_precision) },
        cancellationToken: session.Cancellation);

    /// <summary>How texts meet the model.</summary>
    public TaskOptions Value(ParseResult parsed) => new()
    {
        MaxLength = parsed.GetValue(_maxLength),
        Overlong = _hasOverlong ? Overlong(parsed) : default,
    };

    /// <summary>An option about the model that a command is called with; null where there is none.</summary>
    public string? FirstGiven(CommandResult command) =>
        Array.Find<Option>([_model, _threads, _precision, _maxLength], option => command.GetResult(option) is not null)?.Name;

    private void RequireWindows(CommandResult command)
    {
        if (command.GetResult(_stride) is not null && command.GetValue(_overlong) != OverlongAction.Window)
            command.AddError("--stride is for --overlong window");
    }

    private Overlong Overlong(ParseResult parsed) => parsed.GetValue(_overlong) switch
    {
        OverlongAction.Truncate => AlbertNative.Overlong.Truncate,
        OverlongAction.Window => AlbertNative.Overlong.Window(parsed.GetValue(_stride)),
        _ => AlbertNative.Overlong.Refuse,
    };
}
