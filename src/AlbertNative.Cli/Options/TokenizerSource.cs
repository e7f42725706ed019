using System.CommandLine;
using System.CommandLine.Parsing;
using AlbertNative.Model;
using AlbertNative.Tokenization;

namespace AlbertNative.Cli;

/// <summary>Which tokenizer a command uses.</summary>
internal sealed class TokenizerSource
{
    private readonly Option<string?> _tokenizer = new("--tokenizer", "--model", "-m")
    {
        Description = "A tokenizer.json or spiece.model, whose neighbours are ignored, or a model: directory, file or name on the hub "
            + $"[default: {DefaultModel.Nano.RelativePath}]",
        HelpName = "FILE|MODEL",
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
            : DefaultModel.Nano.Find();
        bool raw = parsed.GetValue(_raw);
        if (IsTokenizerFile(path))
            return raw ? new RawTextTokenizer(SentencePieceModel.Load(path)) : new AlbertTextTokenizer(Tokenizer.Load(path, _options.Value(parsed)));
        using ModelFiles files = ModelFiles.Open(path);
        return raw ? new RawTextTokenizer(LoadRaw(files)) : new AlbertTextTokenizer(files.LoadTokenizer(_options.Value(parsed)));
    }

    private static SentencePieceModel LoadRaw(ModelFiles files) => SentencePieceModel.Parse(
        files.Read(ModelFiles.SentencePieceModel)
            ?? throw new BadInputException($"{files.Root}: --raw needs a {ModelFiles.SentencePieceModel}, there is none"));

    // A model is a directory or, in any container, has the name of one; everything else is a vocabulary.
    private static bool IsTokenizerFile(string path) => File.Exists(path)
        && Path.GetExtension(path) is not (".safetensors" or ".bin" or ".onnx");

    private void Validate(CommandResult command)
    {
        if (command.GetValue(_raw) && _options.AnyGiven(command))
            command.AddError("--raw is SentencePiece alone: --slow, --fast, --transformers-5 and the options of case, accents and ideographs have no meaning for it");
    }
}
