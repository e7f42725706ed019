namespace AlbertNative.Tokenization;

/// <summary>
/// One encoded text or pair: parallel arrays of <see cref="Count"/>, one entry a token. Immutable.
/// </summary>
public sealed class Encoding
{
    private readonly EncodedTokens _tokens;
    private readonly TextEncoder _vocabulary;
    /// <summary>The sequence index of padding.</summary>
    internal const int PaddingSequence = -2;

    private string[]? _texts;
    private int[]? _mask;

    internal Encoding(in EncodedTokens tokens, TextEncoder vocabulary, bool isTruncated, IReadOnlyList<Encoding> overflow)
    {
        _tokens = tokens;
        _vocabulary = vocabulary;
        IsTruncated = isTruncated;
        Overflow = overflow;
    }

    /// <summary>The number of tokens, special tokens included.</summary>
    public int Count => _tokens.Ids.Length;

    /// <summary>The ids, the model's input.</summary>
    public ReadOnlySpan<int> Ids => _tokens.Ids;

    /// <summary>0 for the first text and its special tokens, 1 for the second.</summary>
    public ReadOnlySpan<int> TokenTypeIds => _tokens.TokenTypeIds;

    /// <summary>
    /// The types that the reference gives to a model: <see cref="TokenTypeIds"/>, or 0 for every token where it gives none
    /// (<see cref="Tokenizer.GivesTokenTypeIds"/>).
    /// </summary>
    public ReadOnlySpan<int> ModelTokenTypeIds => _vocabulary.GivesTokenTypeIds ? _tokens.TokenTypeIds : new int[Count];

    /// <summary>
    /// Where each token stands in the string it comes from (for words: within that word); [0, 0) for special
    /// tokens that were added.
    /// </summary>
    public ReadOnlySpan<TextSpan> Spans => _tokens.Spans;

    /// <summary>
    /// The index of each token's word: the caller's for <c>EncodeWords</c>, else a count of the words found in
    /// that text. -1 for special tokens that were added, and for padding.
    /// </summary>
    public ReadOnlySpan<int> WordIndices => _tokens.WordIndices;

    /// <summary>0 for tokens of the first text, 1 of the second, -1 for special tokens that were added, -2 for padding.</summary>
    public ReadOnlySpan<int> SequenceIndices => _tokens.SequenceIndices;

    /// <summary>The tokens as the reference writes them; made when first asked for.</summary>
    public IReadOnlyList<string> Tokens => _texts ??= MakeTokens();

    /// <summary>Whether tokens were left out because of <see cref="EncodeOptions.MaxLength"/>.</summary>
    public bool IsTruncated { get; }

    /// <summary>
    /// The windows after this one, in order, where the text was longer than <see cref="EncodeOptions.MaxLength"/> and
    /// <see cref="EncodeOptions.Stride"/> asks for them. Each is made when it is read. Where both texts of a pair were
    /// cut, every window of the first meets every window of the second.
    /// </summary>
    public IReadOnlyList<Encoding> Overflow { get; }

    /// <summary>1 for tokens that the model should see, 0 for padding.</summary>
    public ReadOnlySpan<int> AttentionMask => _mask ??= Array.ConvertAll(_tokens.SequenceIndices, index => index == PaddingSequence ? 0 : 1);

    /// <summary>Whether the token is a special token that was added around the text, or padding.</summary>
    /// <exception cref="IndexOutOfRangeException"><paramref name="index"/> is not below <see cref="Count"/>.</exception>
    public bool IsSpecial(int index) => _tokens.SequenceIndices[index] < 0;

    private string[] MakeTokens()
    {
        string[] texts = new string[Count];
        for (int i = 0; i < texts.Length; i++)
            texts[i] = _tokens.Surfaces?[i] ?? _vocabulary.IdToToken(_tokens.Ids[i]);
        return texts;
    }
}

/// <summary>The arrays of an <see cref="Encoding"/>; <paramref name="Surfaces"/> is null where no token has its own.</summary>
internal readonly record struct EncodedTokens(
    int[] Ids, int[] TokenTypeIds, TextSpan[] Spans, int[] WordIndices, int[] SequenceIndices, string?[]? Surfaces);
