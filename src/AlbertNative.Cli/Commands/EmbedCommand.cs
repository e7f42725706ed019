using System.CommandLine;
using System.CommandLine.Parsing;

namespace AlbertNative.Cli;

/// <summary><c>albert embed</c>: one vector a text, or one a token or word.</summary>
internal sealed class EmbedCommand : TextCommand
{
    private const string Npy = ".npy";

    private readonly ModelOptionSet _model;
    private readonly Option<Pooling?> _pooling = Choice.Of<Pooling?>(
        "--pooling", "How a text's tokens become one vector [default: what the model's files say, else mean]",
        ("mean", Pooling.Mean), ("cls", Pooling.Cls), ("max", Pooling.Max),
        ("mean-sqrt-len", Pooling.MeanSqrtLen), ("weighted-mean", Pooling.WeightedMean), ("last-token", Pooling.LastToken),
        ("pooler", Pooling.Pooler));
    private readonly Option<bool?> _normalize = new("--normalize")
    {
        Description = "Scale vectors to length 1 (--normalize false: do not) [default: what the model's files say]",
    };
    private readonly Option<string?> _promptName = new("--prompt-name")
    {
        Description = "The model's prompt of this name before each text [default: the model's default prompt, if it has one]",
        HelpName = "NAME",
    };
    private readonly Option<string?> _prompt = new("--prompt")
    {
        Description = "This before each text; \"\" for no prompt",
        HelpName = "PROMPT",
    };
    private readonly Option<int?> _dimensions = new("--dimensions")
    {
        Description = "Keep so many leading numbers of each vector [default: what the model's files say, else all]",
        HelpName = "N",
    };
    private readonly Option<bool> _tokens = new("--tokens") { Description = "One vector for each token" };
    private readonly Option<bool> _words = new("--words")
    {
        Description = "One vector for each word: the input is split by white space, or is the list \"words\" of a JSON line",
    };
    private readonly Option<WordPooling> _wordPooling = Choice.Of(
        "--word-pooling", "How the tokens of a word become one vector [default: first]",
        ("first", WordPooling.First), ("mean", WordPooling.Mean));
    // What has no meaning for one vector a token or word.
    private readonly Option[] _ofTexts;

    public EmbedCommand(Session session)
        : base(
            session, TextEmbedder.Description.Command, TextEmbedder.Description.Summary,
            ("TEXT", "Texts to embed; in JSON lines {\"text\"}"), hasOffsets: true,
            otherOutput: (Npy, "a file that ends in .npy takes the vectors of lines or arguments as float32, a row for each text"))
    {
        _model = new(this, DefaultModel.MiniLM, OverlongAction.Refuse, OverlongAction.Truncate, OverlongAction.Window);
        _ofTexts = [_pooling, _normalize, _promptName, _prompt, _dimensions];
        Add(_pooling);
        Add(_normalize);
        Add(_promptName);
        Add(_prompt);
        Add(_dimensions);
        Add(_tokens);
        Add(_words);
        Add(_wordPooling);
        Validators.Add(Validate);
    }

    protected override int Execute(ParseResult parsed)
    {
        EmbeddingOptions embedding = new()
        {
            Pooling = parsed.GetValue(_pooling),
            Normalize = parsed.GetValue(_normalize),
            Words = parsed.GetValue(_wordPooling),
        };
        using TextModel model = _model.Open(parsed, Session);
        using TextEmbedder embedder = new(model, embedding, _model.Value(parsed));
        if (parsed.GetValue(_words))
            return EmbedWords(parsed, embedder);
        return parsed.GetValue(_tokens) ? EmbedTokens(parsed, embedder) : EmbedTexts(parsed, embedder);
    }

    private int EmbedTexts(ParseResult parsed, TextEmbedder embedder)
    {
        EmbeddingRequest request = new()
        {
            PromptName = parsed.GetValue(_promptName),
            Prompt = parsed.GetValue(_prompt),
            Dimensions = parsed.GetValue(_dimensions),
        };
        TextWork<string, float[]> work = new()
        {
            FromColumns = columns => columns[0],
            FromRecord = record => record.Text("text"),
            Table = () => new(row => row.Text("text"), new TableColumn<string, float[]>("embedding", ColumnType.Vector, (_, vector) => vector)),
            Compute = (texts, cancellation) => embedder.Embed(texts, request, cancellation),
            WriteJson = (json, _, vector) => json.WriteFloats("embedding", vector),
            Render = VectorFormat.Render,
        };
        if (Input.TablePath(parsed) is not null || TableOptions!.Output(parsed) is not string path)
            return Run(parsed, work);
        using NpyResultWriter<string> writer = new(new NpyWriter(path, request.Dimensions ?? embedder.Dimension));
        return Run(parsed, work, writer, resultsOnScreen: false);
    }

    private int EmbedTokens(ParseResult parsed, TextEmbedder embedder)
    {
        VectorFormat format = new(Output.Offsets(parsed));
        return Run(parsed, new TextWork<string, TokenEmbeddings>
        {
            FromColumns = columns => columns[0],
            FromRecord = record => record.Text("text"),
            Table = () => new(row => row.Text("text"), format.TokenColumns),
            Compute = embedder.EmbedTokens,
            WriteJson = format.WriteTokens,
            Render = (console, _, tokens) => VectorFormat.RenderTokens(console, tokens),
        });
    }

    private int EmbedWords(ParseResult parsed, TextEmbedder embedder) => Run(parsed, new TextWork<IReadOnlyList<string>, TokenEmbeddings>
    {
        FromColumns = columns => Words.Of(columns[0]),
        FromRecord = record => record.Texts("words"),
        Table = () => new(row => row.Texts("words"), VectorFormat.WordColumns),
        Compute = embedder.EmbedWords,
        WriteJson = (json, _, words) => VectorFormat.WriteWords(json, words),
        Render = (console, _, words) => VectorFormat.RenderTokens(console, words),
    });

    private void Validate(CommandResult command)
    {
        bool perToken = command.GetValue(_tokens) || command.GetValue(_words);
        if (command.GetValue(_tokens) && command.GetValue(_words))
            command.AddError("--tokens and --words exclude each other");
        if (perToken && _ofTexts.FirstOrDefault(option => command.GetResult(option) is not null) is { } given)
            command.AddError($"{given.Name} is for one vector a text, not for --tokens or --words");
        if (command.GetResult(_wordPooling) is not null && !command.GetValue(_words))
            command.AddError("--word-pooling is for --words");
        if (command.GetResult(_promptName) is not null && command.GetResult(_prompt) is not null)
            command.AddError("--prompt-name and --prompt exclude each other");
        if (command.GetValue(_dimensions) < 1)
            command.AddError($"--dimensions: expected a positive number, found {command.GetValue(_dimensions)}");
        if (perToken && Input.TablePath(command) is null && TableOptions!.Output(command) is not null)
            command.AddError("--output holds one vector a text, not those of --tokens or --words");
    }
}
