using AlbertNative.Tokenization;

namespace AlbertNative.Cli;

/// <summary>ALBERT's tokenizer, or SentencePiece alone.</summary>
internal interface ITextTokenizer
{
    /// <summary>Tokens of a text or pair.</summary>
    /// <exception cref="ArgumentException">The item or the options cannot be met.</exception>
    TokenList Encode(TokenizeItem item, EncodeOptions options);

    /// <summary>The ids of one text alone, into a buffer: what the tokenizer itself costs.</summary>
    /// <returns>Their number.</returns>
    /// <exception cref="ArgumentException">The buffer is too short.</exception>
    int EncodeIds(string text, Span<int> ids);

    /// <summary>The text of ids.</summary>
    /// <exception cref="ArgumentException">An id is not in the vocabulary.</exception>
    string Decode(int[] ids, bool keepSpecialTokens, bool cleanUpSpaces);
}
