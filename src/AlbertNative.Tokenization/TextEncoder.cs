namespace AlbertNative.Tokenization;

/// <summary>
/// What the two semantics differ in: from one text to its tokens, and back. Templates, truncation,
/// overflow, pairs and batches are shared and live in <see cref="Tokenizer"/>.
/// Immutable and thread-safe.
/// </summary>
internal abstract class TextEncoder
{
    /// <summary>Which reference this reproduces; also decides how pairs are truncated.</summary>
    public abstract TokenizerSemantics Semantics { get; }

    /// <summary>The number of ids, added tokens included.</summary>
    public abstract int VocabularySize { get; }

    /// <summary>The ids with a role.</summary>
    public abstract SpecialTokens Special { get; }

    /// <summary>The special tokens around texts.</summary>
    public abstract SequenceTemplate Template { get; }

    /// <summary>The longest input that the tokenizer's files claim for the model, or null.</summary>
    public abstract int? ModelMaxLength { get; }

    /// <summary>Whether the reference gives token types to the model.</summary>
    public bool GivesTokenTypeIds { get; init; } = true;

    /// <summary>The truncation and padding that the tokenizer's file was saved with, or null.</summary>
    public virtual EncodeOptions? FileOptions => null;

    /// <summary>The token of an id that is known to be within the vocabulary.</summary>
    public abstract string IdToToken(int id);

    /// <summary>The id of a token, written as <see cref="IdToToken"/> gives it.</summary>
    public abstract bool TryGetId(string token, out int id);

    /// <summary>
    /// Appends the text's tokens, without the template's special tokens. Where
    /// <see cref="TokenBuffer.WithDetails"/> is false only ids are wanted, and nothing may be allocated.
    /// </summary>
    public abstract void Encode(ReadOnlySpan<char> text, TokenBuffer tokens);

    /// <summary>The text of ids that are known to be within the vocabulary, before any clean-up of spaces.</summary>
    public abstract string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens);
}
