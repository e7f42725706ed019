using System.CommandLine;
using System.Globalization;
using Spectre.Console;

namespace AlbertNative.Cli;

/// <summary><c>albert decode</c>: the text of ids.</summary>
internal sealed class DecodeCommand : TextCommand
{
    public const string Word = "decode";
    public const string Summary = "Make text of token ids";

    private readonly TokenizerSource _source;
    private readonly Option<bool> _keepSpecialTokens = new("--keep-special-tokens") { Description = "Write [CLS], [SEP] and the like" };
    private readonly Option<bool> _cleanUpSpaces = new("--clean-up-spaces") { Description = "Remove the spaces before punctuation" };

    public DecodeCommand(Session session)
        : base(
            session, Word, Summary,
            ("IDS", "Ids of one text, divided by spaces or commas; in JSON lines {\"ids\"}"))
    {
        _source = new(this);
        Add(_keepSpecialTokens);
        Add(_cleanUpSpaces);
    }

    protected override int Execute(ParseResult parsed)
    {
        ITextTokenizer tokenizer = _source.Load(parsed, Session);
        bool keepSpecialTokens = parsed.GetValue(_keepSpecialTokens);
        bool cleanUpSpaces = parsed.GetValue(_cleanUpSpaces);
        return Run(parsed, new TextWork<int[], string>
        {
            FromColumns = columns => Ids(columns[0]),
            FromRecord = record => record.Numbers("ids"),
            Compute = (items, _) => items.Select(ids => tokenizer.Decode(ids, keepSpecialTokens, cleanUpSpaces)),
            WriteJson = (json, _, text) => json.WriteText("decoded", text),
            Render = (console, _, text) => console.WriteLine(text),
        });
    }

    private static int[] Ids(string line) =>
        [.. line.Split([' ', '\t', ','], StringSplitOptions.RemoveEmptyEntries).Select(Id)];

    private static int Id(string word) =>
        int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int id)
            ? id
            : throw new BadInputException($"expected ids, found \"{word}\"");
}
