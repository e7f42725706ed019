using AlbertNative.Tokenization.Tries;

namespace AlbertNative.Tokenization.Fast.Models;

/// <summary>
/// WordPiece (Schuster and Nakajima 2012, as in BERT): the longest token that a word begins with, then the longest that
/// the rest begins with among those that continue words, and so on; a word that does not come out even is unknown as a
/// whole. Immutable.
/// </summary>
internal sealed class WordPieceModel : TokenModel
{
    /// <summary>What tokens within words begin with, by custom.</summary>
    public const string DefaultPrefix = "##";

    /// <summary>The longest word that is not unknown, by custom.</summary>
    public const int DefaultLongestWord = 100;

    private readonly string?[] _tokens;
    private readonly PieceTrie? _trie;
    private readonly ulong _continuing;
    private readonly bool _hasContinuing;

    /// <summary>Indexes a vocabulary.</summary>
    /// <param name="tokens">The tokens by id, null where an id is left out; owned from here on. Of equal ones the last counts. The empty one never matches.</param>
    /// <param name="unknownId">What unknown words are.</param>
    /// <param name="prefix">What the vocabulary puts before tokens that continue a word.</param>
    /// <param name="longestWord">How many code points a word may have; longer ones are unknown.</param>
    /// <exception cref="FormatException">The vocabulary is too large, or has more nodes than a trie may.</exception>
    public WordPieceModel(string?[] tokens, int unknownId, string prefix, int longestWord)
    {
        (_tokens, UnknownId, Prefix, LongestWord) = (tokens, unknownId, prefix, longestWord);
        _trie = StringTrie.Build(tokens, lastCounts: true);
        int empty = Array.LastIndexOf(tokens, "");
        for (int id = 0; id < tokens.Length; id++)
        {
            if (tokens[id] is string token && (token.Length == 0 ? empty : _trie!.Find(token)) != id)
                tokens[id] = null;
            Count += tokens[id] is null ? 0 : 1;
        }
        if (_trie is null)
            return;
        _continuing = _trie.Root;
        _hasContinuing = true;
        foreach (char c in prefix)
            _hasContinuing = _hasContinuing && _trie.Step(ref _continuing, c);
    }

    /// <summary>What the vocabulary puts before tokens that continue a word.</summary>
    public string Prefix { get; }

    /// <summary>How many code points a word may have.</summary>
    public int LongestWord { get; }

    public override int Count { get; }

    /// <summary>The same vocabulary with the customary prefix and longest word.</summary>
    public WordPieceModel WithCustomaryWords() => Prefix == DefaultPrefix && LongestWord == DefaultLongestWord
        ? this
        : new([.. _tokens], UnknownId, DefaultPrefix, DefaultLongestWord);

    public override int IdLimit => _tokens.Length;

    public override int UnknownId { get; }

    public override string? PieceOf(int id) => _tokens[id];

    public override int IdOf(ReadOnlySpan<char> piece) =>
        piece.IsEmpty ? Array.IndexOf(_tokens, "") : _trie?.Find(piece) ?? -1;

    public override void Encode(AlignedText text, int start, int end, int word, UnigramLattice lattice, FastTokenList tokens)
    {
        ReadOnlySpan<char> chars = text.Chars[start..end];
        int first = tokens.Count;
        bool isKnown = _trie is not null && !IsTooLong(chars);
        for (int from = 0; isKnown && from < chars.Length;)
        {
            int length = LongestMatch(chars[from..], isFirst: from == 0, out int id);
            isKnown = length > 0;
            if (isKnown)
                tokens.Add(new FastToken(id, text.SpanOf(start + from, start + from + length), word));
            from += length;
        }
        if (isKnown)
            return;
        tokens.Truncate(first);
        tokens.Add(new FastToken(UnknownId, text.SpanOf(start, end), word));
    }

    /// <summary>The length of the longest token that a word, or the rest of one, begins with; 0 where there is none.</summary>
    private int LongestMatch(ReadOnlySpan<char> chars, bool isFirst, out int id)
    {
        id = -1;
        int longest = 0;
        if (!isFirst && !_hasContinuing)
            return 0;
        ulong node = isFirst ? _trie!.Root : _continuing;
        for (int i = 0; i < chars.Length && _trie!.Step(ref node, chars[i]); i++)
        {
            if (PieceTrie.Value(node) < 0)
                continue;
            id = PieceTrie.Value(node);
            longest = i + 1;
        }
        return longest;
    }

    private bool IsTooLong(ReadOnlySpan<char> chars)
    {
        if (chars.Length <= LongestWord)
            return false;
        int count = 0;
        foreach (char c in chars)
            count += char.IsLowSurrogate(c) ? 0 : 1;
        return count > LongestWord;
    }
}
