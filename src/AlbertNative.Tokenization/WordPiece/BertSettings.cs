using AlbertNative.Tokenization.Slow;

namespace AlbertNative.Tokenization.WordPiece;

/// <summary>What the files beside a <c>vocab.txt</c>, and the caller, say about BERT's tokenizer; all else is its default.</summary>
internal sealed record BertSettings
{
    private const string JapaneseClass = "BertJapaneseTokenizer";

    // Those of transformers whose vocab.txt is read as BERT's, with BERT's template.
    private static readonly string[] Classes =
    [
        "BertTokenizer", "AlbertTokenizer", "ConvBertTokenizer", "DistilBertTokenizer", "ElectraTokenizer", "LayoutLMTokenizer",
        "MobileBertTokenizer", "PreTrainedTokenizer", "SqueezeBertTokenizer", "TokenizersBackend",
    ];

    /// <summary>Whether text is lower-cased.</summary>
    public required bool LowerCase { get; init; }

    /// <summary>Whether accents are stripped; where nobody says, they are where text is lower-cased.</summary>
    public required bool StripAccents { get; init; }

    /// <summary>Whether ideographs are words of their own.</summary>
    public required bool HandleChineseCharacters { get; init; }

    /// <summary>The special tokens.</summary>
    public required SpecialTokenRoles Roles { get; init; }

    /// <summary>Puts the two together.</summary>
    public static BertSettings Of(TokenizerSettings settings, TokenizerOptions options)
    {
        bool lowerCase = options.LowerCase ?? settings.LowerCase ?? true;
        return new BertSettings
        {
            LowerCase = lowerCase,
            StripAccents = !options.KeepAccents ?? settings.StripAccents ?? lowerCase,
            HandleChineseCharacters = options.TokenizeChineseChars ?? settings.TokenizeChineseChars ?? true,
            Roles = SpecialTokenRoles.Bert(settings),
        };
    }

    /// <summary>Whether a directory's <c>vocab.txt</c> is meant where it has a <c>spiece.model</c> as well.</summary>
    public static bool IsNamed(TokenizerSettings settings) =>
        settings.TokenizerClass?.StartsWith("Bert", StringComparison.Ordinal) == true;

    /// <summary>Refuses a <c>vocab.txt</c> that another class of tokenizer reads otherwise.</summary>
    /// <exception cref="TokenizerFormatException">It is such a one.</exception>
    public static void RequireBert(TokenizerSettings settings, string? source)
    {
        string name = settings.TokenizerClass ?? Classes[0];
        string bare = name.EndsWith("Fast", StringComparison.Ordinal) ? name[..^4] : name;
        if (bare == JapaneseClass)
        {
            throw new TokenizerFormatException(
                source, $"the tokenizer is a {name}, which finds words by {settings.WordTokenizerType ?? "a dictionary"}: not supported");
        }
        if (!Classes.Contains(bare))
            throw new TokenizerFormatException(source, $"the tokenizer is a {name}: not supported with a {VocabularyFile.Name}");
    }
}
