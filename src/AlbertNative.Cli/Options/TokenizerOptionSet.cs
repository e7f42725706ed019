using System.CommandLine;
using System.CommandLine.Parsing;
using AlbertNative.Tokenization;

namespace AlbertNative.Cli;

/// <summary>Options that override what a tokenizer's files say.</summary>
internal sealed class TokenizerOptionSet
{
    private readonly Option<bool> _slow = new("--slow")
    {
        Description = "Tokenize as transformers' slow AlbertTokenizer (default where there is only a spiece.model) or BertTokenizer",
    };
    private readonly Option<bool> _fast = new("--fast")
    {
        Description = "Tokenize as Hugging Face's Rust tokenizers (default where there is a tokenizer.json or a vocab.txt)",
    };
    private readonly Option<bool> _transformers5 = new("--transformers-5")
    {
        Description = "Tokenize as the AlbertTokenizer of transformers 5, which builds its steps anew, whatever the files say",
    };
    private readonly Option<bool> _noLowerCase = new("--no-lower-case") { Description = "Keep capitals (do_lower_case false)" };
    private readonly Option<bool> _keepAccents = new("--keep-accents") { Description = "Keep accents (keep_accents true, strip_accents false)" };
    private readonly Option<bool> _stripAccents = new("--strip-accents") { Description = "Strip accents also where capitals are kept (strip_accents true)" };
    private readonly Option<bool> _noChineseWords = new("--no-chinese-words") { Description = "Leave ideographs within words (tokenize_chinese_chars false)" };

    public TokenizerOptionSet(Command command)
    {
        command.Add(_slow);
        command.Add(_fast);
        command.Add(_transformers5);
        command.Add(_noLowerCase);
        command.Add(_keepAccents);
        command.Add(_stripAccents);
        command.Add(_noChineseWords);
        command.Validators.Add(result =>
        {
            if (Semantics.Count(option => result.GetValue(option)) > 1)
                result.AddError("--slow, --fast and --transformers-5 exclude each other");
            if (result.GetValue(_keepAccents) && result.GetValue(_stripAccents))
                result.AddError("--keep-accents and --strip-accents exclude each other");
        });
    }

    private Option<bool>[] Semantics => [_slow, _fast, _transformers5];

    /// <summary>Whether any of them is given.</summary>
    public bool AnyGiven(CommandResult command) =>
        Semantics.Concat([_noLowerCase, _keepAccents, _stripAccents, _noChineseWords]).Any(option => command.GetValue(option));

    public TokenizerOptions Value(ParseResult parsed) => new()
    {
        Semantics = parsed.GetValue(_slow) ? TokenizerSemantics.Slow
            : parsed.GetValue(_fast) ? TokenizerSemantics.Fast
            : parsed.GetValue(_transformers5) ? TokenizerSemantics.Transformers5
            : null,
        LowerCase = parsed.GetValue(_noLowerCase) ? false : null,
        KeepAccents = parsed.GetValue(_keepAccents) ? true : parsed.GetValue(_stripAccents) ? false : null,
        TokenizeChineseChars = parsed.GetValue(_noChineseWords) ? false : null,
    };
}
