namespace AlbertNative.Tokenization;

/// <summary>Which reference implementation a tokenizer reproduces; they differ on accents, ties and truncation.</summary>
public enum TokenizerSemantics
{
    /// <summary>transformers' Python <c>AlbertTokenizer</c> over SentencePiece, from <c>spiece.model</c>.</summary>
    Slow,

    /// <summary>Hugging Face's Rust tokenizers, from <c>tokenizer.json</c> or a converted <c>spiece.model</c>.</summary>
    Fast,

    /// <summary>
    /// The <c>AlbertTokenizer</c> of transformers 5, which builds its steps anew from <c>do_lower_case</c> and
    /// <c>keep_accents</c>, whatever the files say, and cuts a text at the user-defined pieces of a <c>spiece.model</c>.
    /// Only ever by name: for comparing with, and continuing, what was trained with it.
    /// </summary>
    Transformers5,
}
