using AlbertNative.Tokenization.Tries;

namespace AlbertNative.Tokenization.Fast.Models;

/// <summary>
/// The Unigram model of the Rust tokenizers: the best sum of scores over a word, in double precision, from left to
/// right. Every vocabulary entry is a candidate, control pieces and the unknown token itself included. Immutable.
/// </summary>
internal sealed class UnigramModel : TokenModel
{
    private const double UnknownPenalty = 10;

    private readonly string[] _pieces;
    private readonly double[] _scores;
    private readonly double _unknownScore;
    private readonly int[]? _bytes;
    private readonly PieceTrie _trie;

    /// <summary>Indexes a vocabulary.</summary>
    /// <param name="pieces">The pieces by id; owned from here on.</param>
    /// <param name="scores">Their scores, finite.</param>
    /// <param name="unknownId">What unknown text is; within the vocabulary.</param>
    /// <param name="byteFallback">Whether unknown text becomes its UTF-8 bytes where all of them have pieces.</param>
    /// <exception cref="FormatException">The vocabulary is too large, or empty.</exception>
    public UnigramModel(string[] pieces, double[] scores, int unknownId, bool byteFallback)
    {
        (_pieces, _scores, UnknownId) = (pieces, scores, unknownId);
        for (int id = 0; id < pieces.Length; id++)
        {
            if (pieces[id].Length > PieceTrie.LongestPiece)
                throw new FormatException($"piece {id} has {pieces[id].Length} characters, expected at most {PieceTrie.LongestPiece}");
        }
        // The empty piece is never a candidate; of equal pieces the last one is.
        _trie = StringTrie.Build(pieces, lastCounts: true) ?? throw new FormatException("the vocabulary has no text");
        double minimum = double.PositiveInfinity;
        foreach (double score in scores)
            minimum = Math.Min(minimum, score);
        _unknownScore = minimum - UnknownPenalty;
        if (byteFallback)
        {
            _bytes = new int[256];
            for (int b = 0; b < _bytes.Length; b++)
                _bytes[b] = _trie.Find($"<0x{b:X2}>");
        }
    }

    public override int Count => _pieces.Length;

    public override int IdLimit => _pieces.Length;

    public override int UnknownId { get; }

    public override string PieceOf(int id) => _pieces[id];

    public override int IdOf(ReadOnlySpan<char> piece) => piece.IsEmpty ? Array.IndexOf(_pieces, "") : _trie.Find(piece);

    public override void Encode(AlignedText text, int start, int end, int word, UnigramLattice lattice, FastTokenList tokens)
    {
        ReadOnlySpan<char> chars = text.Chars[start..end];
        Span<UnigramLattice.Node> best = lattice.Reset(chars.Length + 1);
        Search(chars, best);

        int first = tokens.Count;
        for (int to = chars.Length; to > 0;)
        {
            UnigramLattice.Node node = best[to];
            int from = node.Start;
            if (node.Id != UnknownId)
                tokens.Add(new FastToken(node.Id, text.SpanOf(start + from, start + to), word));
            else
            {
                while (from > 0 && best[from].Id == UnknownId)
                    from = best[from].Start;
                AddUnknown(text, start + from, start + to, word, tokens);
            }
            to = from;
        }
        tokens.Reverse(first);
    }

    private void Search(ReadOnlySpan<char> chars, Span<UnigramLattice.Node> best)
    {
        for (int from = 0; from < chars.Length;)
        {
            double score = best[from].Score;
            int next = from + (char.IsHighSurrogate(chars[from]) ? 2 : 1);
            bool hasSingle = false;
            ulong node = _trie.Root;
            for (int i = from; i < chars.Length && _trie.Step(ref node, chars[i]); i++)
            {
                int id = PieceTrie.Value(node);
                if (id < 0)
                    continue;
                Offer(ref best[i + 1], score + _scores[id], from, id);
                hasSingle |= i + 1 == next;
            }
            if (!hasSingle)
                Offer(ref best[next], score + _unknownScore, from, UnknownId);
            from = next;
        }
    }

    /// <summary>A candidate counts only where it is strictly better, so that of equals the first stays.</summary>
    private static void Offer(ref UnigramLattice.Node node, double score, int start, int id)
    {
        if (node.Start < 0 || score > node.Score)
            node = new UnigramLattice.Node(score, start, id);
    }

    /// <summary>
    /// A run of unknown characters is one token. The reference looks it up as a whole, so it may even be a piece
    /// whose score is worse than that of its unknown characters.
    /// </summary>
    private void AddUnknown(AlignedText text, int start, int end, int word, FastTokenList tokens)
    {
        TextSpan span = text.SpanOf(start, end);
        ReadOnlySpan<char> chars = text.Chars[start..end];
        int id = _trie.Find(chars);
        if (id < 0 && TryAddBytes(chars, span, word, tokens))
            return;
        id = id < 0 ? UnknownId : id;
        bool isPiece = chars.SequenceEqual(_pieces[id]);
        tokens.Add(isPiece ? new FastToken(id, span, word) : new FastToken(id, span, word, start, end - start));
    }

    private bool TryAddBytes(ReadOnlySpan<char> chars, TextSpan span, int word, FastTokenList tokens)
    {
        if (_bytes is null)
            return false;
        Span<byte> utf8 = stackalloc byte[4];
        int first = tokens.Count;
        // Backwards, because the caller collects a word's tokens from its end.
        for (int end = chars.Length; end > 0;)
        {
            int start = end - (char.IsLowSurrogate(chars[end - 1]) ? 2 : 1);
            int length = System.Text.Encoding.UTF8.GetBytes(chars[start..end], utf8);
            for (int i = length - 1; i >= 0; i--)
            {
                int id = _bytes[utf8[i]];
                if (id < 0)
                {
                    tokens.Truncate(first);
                    return false;
                }
                tokens.Add(new FastToken(id, span, word));
            }
            end = start;
        }
        return true;
    }
}
