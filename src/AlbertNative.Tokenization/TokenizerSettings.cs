namespace AlbertNative.Tokenization;

/// <summary>
/// What a checkpoint's directory says about its tokenizer beside the vocabulary: <c>tokenizer_config.json</c>,
/// <c>special_tokens_map.json</c> and <c>added_tokens.json</c>. Null or empty where the files say nothing.
/// </summary>
public sealed record TokenizerSettings
{
    /// <summary>No files at all: every default of transformers' classes.</summary>
    public static TokenizerSettings Default { get; } = new();

    /// <summary><c>do_lower_case</c>.</summary>
    public bool? LowerCase { get; init; }

    /// <summary><c>keep_accents</c>.</summary>
    public bool? KeepAccents { get; init; }

    /// <summary><c>remove_space</c>.</summary>
    public bool? RemoveSpace { get; init; }

    /// <summary><c>strip_accents</c> (BERT).</summary>
    public bool? StripAccents { get; init; }

    /// <summary><c>tokenize_chinese_chars</c> (BERT).</summary>
    public bool? TokenizeChineseChars { get; init; }

    /// <summary><c>do_basic_tokenize</c> (BERT, slow).</summary>
    public bool? DoBasicTokenize { get; init; }

    /// <summary><c>never_split</c> (BERT, slow): words that stay as they are.</summary>
    public IReadOnlyList<string> NeverSplit { get; init; } = [];

    /// <summary><c>add_prefix_space</c>, which transformers 5 writes.</summary>
    public bool? AddPrefixSpace { get; init; }

    /// <summary><c>tokenizer_class</c>.</summary>
    public string? TokenizerClass { get; init; }

    /// <summary><c>model_input_names</c>: what the tokenizer gives to the model; empty where the files do not say.</summary>
    public IReadOnlyList<string> ModelInputNames { get; init; } = [];

    /// <summary><c>model_max_length</c>, where it is a usable number.</summary>
    public int? ModelMaxLength { get; init; }

    /// <summary><c>bos_token</c>.</summary>
    public AddedToken? BosToken { get; init; }

    /// <summary><c>eos_token</c>.</summary>
    public AddedToken? EosToken { get; init; }

    /// <summary><c>unk_token</c>.</summary>
    public AddedToken? UnkToken { get; init; }

    /// <summary><c>sep_token</c>.</summary>
    public AddedToken? SepToken { get; init; }

    /// <summary><c>pad_token</c>.</summary>
    public AddedToken? PadToken { get; init; }

    /// <summary><c>cls_token</c>.</summary>
    public AddedToken? ClsToken { get; init; }

    /// <summary><c>mask_token</c>.</summary>
    public AddedToken? MaskToken { get; init; }

    /// <summary><c>additional_special_tokens</c>.</summary>
    public IReadOnlyList<AddedToken> AdditionalSpecialTokens { get; init; } = [];

    /// <summary><c>added_tokens_decoder</c>, or <c>added_tokens.json</c> where there is none: tokens by id.</summary>
    public IReadOnlyDictionary<int, AddedToken> AddedTokens { get; init; } = new Dictionary<int, AddedToken>();

    /// <summary>Reads the settings' files of a directory; those that are absent say nothing.</summary>
    /// <exception cref="TokenizerFormatException">A file is not what it should be.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static TokenizerSettings Load(string directory) => TokenizerSettingsReader.Load(directory);

    /// <summary>Reads the settings from the files' contents (UTF-8); an empty one says nothing.</summary>
    /// <exception cref="TokenizerFormatException">A content is not what it should be.</exception>
    public static TokenizerSettings Parse(
        ReadOnlyMemory<byte> tokenizerConfig,
        ReadOnlyMemory<byte> specialTokensMap = default,
        ReadOnlyMemory<byte> addedTokens = default) =>
        TokenizerSettingsReader.Read(
            new SettingsContent("tokenizer_config.json", tokenizerConfig),
            new SettingsContent("special_tokens_map.json", specialTokensMap),
            new SettingsContent("added_tokens.json", addedTokens));

    /// <summary><c>word_tokenizer_type</c>, which only a refusal needs.</summary>
    internal string? WordTokenizerType { get; init; }

    /// <summary>
    /// Whether transformers 5 takes a <c>tokenizer.json</c> as it is, which it does under every class but ALBERT's own.
    /// </summary>
    internal bool HonoursPipeline => TokenizerClass is not (null or "AlbertTokenizer" or "AlbertTokenizerFast");

    /// <summary>Whether transformers 5 gives token types to the model: where that is asked for and, if nothing is, of BERT's tokenizer.</summary>
    internal bool GivesTokenTypeIds(bool isWordPiece) =>
        ModelInputNames.Count == 0 ? isWordPiece : ModelInputNames.Contains("token_type_ids");

    /// <summary>Whether earlier versions do: unless the files name the model's inputs and these are not among them.</summary>
    internal bool AllowsTokenTypeIds => ModelInputNames.Count == 0 || ModelInputNames.Contains("token_type_ids");

    /// <summary>What <see cref="TokenizerExport"/> calls the property in which it says what its files were made of.</summary>
    internal const string DerivedFromName = "tokenizer_json_derived_from";

    /// <summary>The file that the directory's <c>tokenizer.json</c> was made of by <see cref="TokenizerExport"/>, or null.</summary>
    internal string? DerivedFrom { get; init; }

    /// <summary>Whether <see cref="MaskToken"/> was given as its text alone.</summary>
    internal bool HasPlainMask { get; init; } = true;

    /// <summary>The special tokens that are named, in the order in which transformers goes through them.</summary>
    internal IEnumerable<AddedToken> SpecialTokens()
    {
        AddedToken?[] roles = [BosToken, EosToken, UnkToken, SepToken, PadToken, ClsToken, MaskToken];
        return roles.OfType<AddedToken>().Concat(AdditionalSpecialTokens);
    }
}
