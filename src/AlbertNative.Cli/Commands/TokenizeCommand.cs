using System.CommandLine;
using AlbertNative.Tokenization;
using Spectre.Console;

namespace AlbertNative.Cli;

/// <summary><c>albert tokenize</c>: ids, tokens, token types and offsets.</summary>
internal sealed class TokenizeCommand : TextCommand
{
    public const string Word = "tokenize";
    public const string Summary = "Split texts into tokens";

    private readonly TokenizerSource _source;
    private readonly Option<bool> _words = new("--words")
    {
        Description = "The input is split into words: by white space, or in JSON lines the list \"words\" (and \"pair_words\"); "
            + "offsets are within each word",
    };
    private readonly Option<bool> _noSpecialTokens = new("--no-special-tokens") { Description = "Leave out [CLS] and [SEP]" };
    private readonly Option<int?> _maxLength = new("--max-length")
    {
        Description = "Truncate to this many tokens; a JSON line's \"max_length\" goes before it",
        HelpName = "N",
    };
    private readonly Option<TruncationStrategy> _truncation = Choice.Of(
        "--truncation", "Which text of a pair is truncated [default: longest_first]",
        ("longest_first", TruncationStrategy.LongestFirst),
        ("only_first", TruncationStrategy.OnlyFirst),
        ("only_second", TruncationStrategy.OnlySecond));
    private readonly Option<int?> _stride = new("--stride")
    {
        Description = "Do not drop what is truncated but write it in \"overflow\": further windows that share this many tokens",
        HelpName = "N",
    };

    public TokenizeCommand(Session session)
        : base(
            session, Word, Summary + ". Offsets count Unicode code points of the text",
            ("TEXT", "Texts to tokenize; in JSON lines {\"text\", \"pair\"?, \"max_length\"?}"), hasOffsets: true)
    {
        _source = new(this);
        Add(_words);
        Add(_noSpecialTokens);
        Add(_maxLength.AtLeast(0));
        Add(_truncation);
        Add(_stride.AtLeast(0));
    }

    protected override int Execute(ParseResult parsed)
    {
        ITextTokenizer tokenizer = _source.Load(parsed, Session);
        bool words = parsed.GetValue(_words);
        EncodeOptions options = new()
        {
            AddSpecialTokens = !parsed.GetValue(_noSpecialTokens),
            MaxLength = parsed.GetValue(_maxLength),
            Truncation = parsed.GetValue(_truncation),
            Stride = parsed.GetValue(_stride),
        };
        bool overflow = parsed.GetValue(_stride) is not null;
        TokenListFormat format = new(Output.Offsets(parsed), words, overflow);
        return Run(parsed, new TextWork<TokenizeItem, TokenList>
        {
            FromColumns = columns => TokenizeItem.FromLine(columns[0], words),
            FromRecord = record => TokenizeItem.FromRecord(record, words),
            Table = overflow ? null : () => new(row => words ? new(row.Texts("words"), null, words, null) : new([row.Text("text")], null, words, null), format.Columns),
            Compute = (items, cancellationToken) => items.Select(item => Encode(tokenizer, item, options, cancellationToken)),
            WriteJson = format.WriteJson,
            Render = format.Render,
        });
    }

    private static TokenList Encode(
        ITextTokenizer tokenizer, TokenizeItem item, EncodeOptions options, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return tokenizer.Encode(item, item.MaxLength is null ? options : options with { MaxLength = item.MaxLength });
    }
}
