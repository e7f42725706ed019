namespace AlbertNative.Tokenization;

/// <summary>Which reference implementation a tokenizer reproduces; the two differ on accents, ties and truncation.</summary>
public enum TokenizerSemantics
{
    /// <summary>transformers' Python <c>AlbertTokenizer</c> over SentencePiece, from <c>spiece.model</c>.</summary>
    Slow,

    /// <summary>Hugging Face's Rust tokenizers, from <c>tokenizer.json</c> or a converted <c>spiece.model</c>.</summary>
    Fast,
}
