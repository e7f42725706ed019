using System.CommandLine;
using System.CommandLine.Parsing;
using AlbertNative.Tokenization;

namespace AlbertNative.Cli;

/// <summary>Which tokenizer a command uses.</summary>
internal sealed class TokenizerSource
{
    private const string SentencePieceFile = "spiece.model";

    private readonly Option<string?> _tokenizer = new("--tokenizer", "--model", "-m")
    {
        Description = $"A tokenizer.json or spiece.model, whose neighbours are ignored, or a model's directory [default: {DefaultModel.RelativePath}]",
        HelpName = "FILE|DIR",
    };
    private readonly Option<bool> _raw = new("--raw")
    {
        Description = "SentencePiece alone, without what ALBERT does to the text and without special tokens",
    };
    private readonly TokenizerOptionSet _options;

    public TokenizerSource(Command command)
    {
        command.Add(_tokenizer);
        command.Add(_raw);
        _options = new(command);
        command.Validators.Add(Validate);
    }

    /// <summary>Loads it.</summary>
    /// <exception cref="BadInputException">There is no such file or directory.</exception>
    /// <exception cref="TokenizerFormatException">It is malformed or not supported.</exception>
    public ITextTokenizer Load(ParseResult parsed, Session session)
    {
        string path = parsed.GetValue(_tokenizer) is string named
            ? ModelPath.Resolve(session, named)
            : DefaultModel.Find();
        if (!Path.Exists(path))
            throw new BadInputException($"there is no tokenizer {path}");
        return parsed.GetValue(_raw)
            ? new RawTextTokenizer(SentencePieceModel.Load(Directory.Exists(path) ? Path.Combine(path, SentencePieceFile) : path))
            : new AlbertTextTokenizer(AlbertTokenizer.Load(path, _options.Value(parsed)));
    }

    private void Validate(CommandResult command)
    {
        if (command.GetValue(_raw) && _options.AnyGiven(command))
            command.AddError("--raw is SentencePiece alone: --slow, --fast, --no-lower-case and --keep-accents have no meaning for it");
    }
}
