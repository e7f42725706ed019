namespace AlbertNative.Tokenization.Slow;

/// <summary>From places in normalised text back to the caller's, through every step that was between them.</summary>
/// <param name="offset">Where the stretch that was lower-cased begins in the caller's text.</param>
/// <param name="lowered">Where the units of the lower-cased text come from; empty where nothing was.</param>
/// <param name="start">Where the stretch begins in the lower-cased text.</param>
/// <param name="prepared">Where the units that were given to SentencePiece come from, in that stretch.</param>
/// <param name="normalized">Where SentencePiece's units come from, in what it was given.</param>
internal readonly ref struct SourceMap(
    int offset, ReadOnlySpan<int> lowered, int start, ReadOnlySpan<int> prepared, ReadOnlySpan<int> normalized)
{
    private readonly ReadOnlySpan<int> _lowered = lowered;
    private readonly ReadOnlySpan<int> _prepared = prepared;
    private readonly ReadOnlySpan<int> _normalized = normalized;

    /// <summary>The place in the caller's text of one in the lower-cased text.</summary>
    public int InText(int index) => offset + (_lowered.IsEmpty ? index : _lowered[index]);

    /// <summary>
    /// The span of a piece. It ends where what comes after its last unit begins: a unit that several were made of
    /// belongs to all of them, and marks that were dropped belong to the letter before them. The dummy space at the
    /// start stands for nothing.
    /// </summary>
    /// <param name="from">The piece's first unit.</param>
    /// <param name="to">The unit after its last.</param>
    public TextSpan Span(int from, int to)
    {
        int begin = At(from), last = At(to - 1), end = to;
        bool isDummy = to == 1 && _normalized.Length > 2 && _normalized[0] == _normalized[1];
        while (!isDummy && end < _normalized.Length - 1 && At(end) == last)
            end++;
        return new TextSpan(begin, At(end));
    }

    private int At(int index) => InText(start + _prepared[_normalized[index]]);
}
