namespace AlbertNative.Tokenization;

/// <summary>How to load a tokenizer. Whatever is null follows the files.</summary>
public sealed record TokenizerOptions
{
    /// <summary>
    /// Forces one reference implementation. Null: fast where there is a <c>tokenizer.json</c> or a <c>vocab.txt</c>, slow for a
    /// bare <c>spiece.model</c>. Fast on that builds transformers' conversion; slow on a <c>tokenizer.json</c> alone is an error.
    /// </summary>
    public TokenizerSemantics? Semantics { get; init; }

    /// <summary>Overrides <c>do_lower_case</c> (default true). Refused for a <c>tokenizer.json</c>, which fixes it.</summary>
    public bool? LowerCase { get; init; }

    /// <summary>
    /// Overrides <c>keep_accents</c> (default false), or BERT's <c>strip_accents</c> by its contrary (default: accents are
    /// kept where case is). Refused for a <c>tokenizer.json</c>, which fixes it.
    /// </summary>
    public bool? KeepAccents { get; init; }

    /// <summary>Overrides <c>tokenize_chinese_chars</c> (default true): whether ideographs are words of their own. Only BERT's tokenizers have this stage.</summary>
    public bool? TokenizeChineseChars { get; init; }

    /// <summary>Overrides <c>remove_space</c> (default true). Only the slow tokenizer has this stage.</summary>
    public bool? RemoveSpace { get; init; }
}
