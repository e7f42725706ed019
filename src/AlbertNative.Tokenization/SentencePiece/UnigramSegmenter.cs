using AlbertNative.Tokenization.Tries;

namespace AlbertNative.Tokenization.SentencePiece;

/// <summary>
/// The most probable segmentation of a text under a unigram language model (Kudo 2018): Viterbi's best path, left to
/// right, over every piece that begins at every character.
/// </summary>
/// <remarks>
/// <para>Ties are common in repeated text and are decided by rounding, so the arithmetic is SentencePiece's
/// (unigram_model.cc, EncodeOptimized): the best score of a position is a float; a candidate is the sum in double,
/// and it replaces what is stored only if it is greater as double; the unknown piece's sum is a float.</para>
/// <para>Where no candidate reaches beyond the current position, every path goes through it: the path up to there is
/// settled, is written out, and the arrays start again from that score. They are as long as the text has no such
/// place, in practice a few words.</para>
/// </remarks>
internal sealed class UnigramSegmenter
{
    private const float UnknownPenalty = 10;

    private readonly PieceTrie _trie;
    private readonly double[] _scores;
    private readonly float _unknownScore;
    private readonly int _unknownId;
    private readonly bool _mergeUnknown;

    /// <summary>Prepares the search.</summary>
    /// <param name="trie">The pieces that may be produced, by text; their values are ids.</param>
    /// <param name="scores">The score of each id.</param>
    /// <param name="lowestScore">The lowest score of a normal piece.</param>
    /// <param name="unknownId">The id of the unknown piece.</param>
    /// <param name="mergeUnknown">Whether neighbouring unknown characters are one piece.</param>
    public UnigramSegmenter(PieceTrie trie, double[] scores, float lowestScore, int unknownId, bool mergeUnknown)
    {
        _trie = trie;
        _scores = scores;
        _unknownScore = lowestScore - UnknownPenalty;
        _unknownId = unknownId;
        _mergeUnknown = mergeUnknown;
    }

    /// <summary>Segments a normalised text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="buffer">Where to.</param>
    /// <param name="score">The score of what is before it; then that of the best path to its end.</param>
    public void Segment(ReadOnlySpan<char> text, SegmentBuffer buffer, ref float score) =>
        SegmentStart(text, buffer, ref score, text.Length);

    /// <summary>Segments a text up to the last place, not after <paramref name="limit"/>, through which every path goes.</summary>
    /// <param name="text">The text.</param>
    /// <param name="buffer">Where to.</param>
    /// <param name="score">The score of what is before it; then of no use unless the text is segmented whole.</param>
    /// <param name="limit">Where the last piece must end.</param>
    public void SegmentStart(ReadOnlySpan<char> text, SegmentBuffer buffer, ref float score, int limit)
    {
        buffer.Clear(text.Length);
        ReadOnlySpan<ushort> map = _trie.Codes;
        Span<ushort> codes = buffer.Codes;
        for (int i = 0; i < text.Length; i++)
            codes[i] = map[text[i]];
        codes[text.Length] = PieceTrie.NoCode;
        for (int cut = 0; cut < text.Length;)
        {
            int count = buffer.Count;
            cut += SegmentToCut(text[cut..], codes[cut..], cut, ref score, buffer);
            if (cut <= limit)
                continue;
            // The last unknown piece may have grown.
            buffer.Truncate(Math.Max(0, count - 1));
            return;
        }
    }

    /// <summary>Finds the exact best path of a word, and how sure it is.</summary>
    /// <param name="text">The normalised word, at most <see cref="WordMargin.LongestText"/> units.</param>
    /// <param name="steps">As many numbers; filled with the scores on the path.</param>
    /// <param name="limit">Below which score before the word, without its sign, the path is the same.</param>
    /// <returns>The number of steps.</returns>
    public int FindMargin(ReadOnlySpan<char> text, Span<double> steps, out float limit)
    {
        Span<double> memory = stackalloc double[3 * (WordMargin.LongestText + 1)];
        WordMargin margin = new(memory, stackalloc int[WordMargin.LongestText + 1]);
        for (int position = 0; position < text.Length;)
        {
            int characterEnd = position + CharacterLength(text, position);
            bool isCovered = false;
            ulong node = _trie.Root;
            for (int end = position; end < text.Length && _trie.Step(ref node, text[end]);)
            {
                int id = PieceTrie.Value(node);
                end++;
                if (id < 0)
                    continue;
                margin.Offer(position, end, _scores[id]);
                isCovered |= end == characterEnd;
            }
            if (!isCovered)
                margin.Offer(position, characterEnd, _unknownScore);
            position = characterEnd;
        }
        return margin.Finish(text.Length, steps, out limit);
    }

    /// <summary>
    /// Searches from a cut to the next one that is far enough; returns its distance. Positions are relative to
    /// the cut; those up to <c>touched</c> have a score, or NaN, below which every candidate is better.
    /// </summary>
    private int SegmentToCut(
        ReadOnlySpan<char> text, ReadOnlySpan<ushort> codes, int offset, ref float score, SegmentBuffer buffer)
    {
        ReadOnlySpan<ulong> units = _trie.Units;
        ulong root = units[0];
        double[] scores = _scores;
        float[] best = buffer.Best;
        long[] back = buffer.Back;
        best[0] = score;
        int touched = 0, position = 0;
        do
        {
            float here = best[position];
            int characterEnd = position + CharacterLength(text, position);
            bool isCovered = false;
            ulong node = root;
            for (int end = position; ;)
            {
                ushort code = codes[end];
                node = units[PieceTrie.Base(node) + code];
                if ((ushort)node != code)
                    break;
                if (++end > touched)
                {
                    if (end >= best.Length)
                    {
                        buffer.GrowPositions(end + 1);
                        (best, back) = (buffer.Best, buffer.Back);
                    }
                    best[end] = float.NaN;
                    touched = end;
                }
                int id = PieceTrie.Value(node);
                if (id < 0)
                    continue;
                double candidate = (double)here + scores[id];
                if (!(candidate <= best[end]))
                {
                    best[end] = (float)candidate;
                    back[end] = ((long)position << 32) | (uint)id;
                }
                isCovered |= end == characterEnd;
            }
            if (!isCovered)
            {
                while (touched < characterEnd)
                {
                    touched++;
                    buffer.GrowPositions(touched + 1);
                    (best, back) = (buffer.Best, buffer.Back);
                    best[touched] = float.NaN;
                }
                float candidate = here + _unknownScore;
                if (!(candidate <= best[characterEnd]))
                {
                    best[characterEnd] = candidate;
                    back[characterEnd] = ((long)position << 32) | (uint)_unknownId;
                }
            }
            position = characterEnd;
        }
        while (position < touched);
        score = best[position];
        WritePath(back, position, offset, buffer);
        return position;
    }

    /// <summary>Turns the links of the best path round, then writes its pieces in order.</summary>
    private void WritePath(Span<long> back, int end, int offset, SegmentBuffer buffer)
    {
        long forward = 0;
        for (int at = end; at > 0;)
        {
            long link = back[at];
            back[at] = forward;
            forward = ((long)at << 32) | (uint)link;
            at = (int)(link >> 32);
        }
        back[0] = forward;
        for (int at = 0; at < end;)
        {
            int id = (int)back[at];
            at = (int)(back[at] >> 32);
            if (id == _unknownId && _mergeUnknown && buffer.LastId == id)
                buffer.ExtendLast(offset + at);
            else
                buffer.Add(id, offset + at);
        }
    }

    private static int CharacterLength(ReadOnlySpan<char> text, int position) =>
        char.IsHighSurrogate(text[position]) && position + 1 < text.Length ? 2 : 1;
}
