using AlbertNative.Tokenization;

namespace AlbertNative;

/// <summary>A vector for each token, or each word, of a text.</summary>
public sealed class TokenEmbeddings
{
    private readonly TextSpan[] _spans;
    private readonly float[]?[] _vectors;
    private readonly int[] _ids;

    internal TokenEmbeddings(IReadOnlyList<string> tokens, int[] ids, TextSpan[] spans, float[]?[] vectors, int dimension)
    {
        Tokens = tokens;
        _ids = ids;
        _spans = spans;
        _vectors = vectors;
        Dimension = dimension;
    }

    /// <summary>The number of tokens or words.</summary>
    public int Count => _vectors.Length;

    /// <summary>The length of a vector.</summary>
    public int Dimension { get; }

    /// <summary>The tokens as the vocabulary spells them, or the caller's words.</summary>
    public IReadOnlyList<string> Tokens { get; }

    /// <summary>The tokens' ids; empty for words.</summary>
    public ReadOnlySpan<int> Ids => _ids;

    /// <summary>
    /// Where each token stands in the text, in UTF-16 indices; empty at 0 for <c>[CLS]</c> and <c>[SEP]</c>. A word's
    /// span is the whole of that word.
    /// </summary>
    public ReadOnlySpan<TextSpan> Spans => _spans;

    /// <summary>
    /// The vector of a token; empty for a word that the tokenizer makes nothing of, such as an empty one, or that
    /// was cut off.
    /// </summary>
    /// <exception cref="IndexOutOfRangeException">There is no such token.</exception>
    public ReadOnlySpan<float> this[int index] => _vectors[index];
}
