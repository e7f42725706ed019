namespace AlbertNative.Tokenization;

/// <summary>How to load a tokenizer. Whatever is null follows the files.</summary>
public sealed record TokenizerOptions
{
    /// <summary>
    /// Forces one reference implementation. Null: fast where there is a <c>tokenizer.json</c>, else slow.
    /// Fast on a bare <c>spiece.model</c> builds transformers' conversion; slow without one is an error.
    /// </summary>
    public TokenizerSemantics? Semantics { get; init; }

    /// <summary>Overrides <c>do_lower_case</c> (default true). Refused for a <c>tokenizer.json</c>, which fixes it.</summary>
    public bool? LowerCase { get; init; }

    /// <summary>Overrides <c>keep_accents</c> (default false). Refused for a <c>tokenizer.json</c>, which fixes it.</summary>
    public bool? KeepAccents { get; init; }

    /// <summary>Overrides <c>remove_space</c> (default true). Only the slow tokenizer has this stage.</summary>
    public bool? RemoveSpace { get; init; }
}
