namespace AlbertNative.Tokenization.SentencePiece;

/// <summary>
/// How sure a word's segmentation is, whatever score the text before it has.
/// </summary>
/// <remarks>
/// <para>A word behind a space is segmented from the score S of the text before it, in float arithmetic, and S decides
/// near-ties by rounding. Let R be the exact best scores of the word's positions from 0, n its length and m the
/// largest |R|. Each of the at most n additions on a path rounds by at most 2^-24 (|S| + m), so what is computed for a
/// position differs from S + R by at most n times that, whichever candidates won before. A comparison of two candidates
/// therefore comes out as in exact arithmetic if they differ by more than twice as much, and the best path is the
/// exact one if that holds at each of its positions: if their smallest difference is d, for all S with
/// |S| &lt; d 2^24 / (2 n) - m.</para>
/// <para>The exact scores are computed as doubles, whose own rounding, and that of the formula, is covered by asking for
/// 5 % more than needed.</para>
/// </remarks>
internal ref struct WordMargin
{
    /// <summary>The longest normalised word, in UTF-16 units, the space before it included.</summary>
    public const int LongestText = 64;

    private const double Safety = 1.05;

    private readonly Span<double> _best;
    private readonly Span<double> _second;
    private readonly Span<double> _step;
    private readonly Span<int> _from;

    /// <summary>Takes memory for one word.</summary>
    /// <param name="memory">At least 3 (<see cref="LongestText"/> + 1) numbers.</param>
    /// <param name="from">At least <see cref="LongestText"/> + 1 numbers.</param>
    public WordMargin(Span<double> memory, Span<int> from)
    {
        int size = LongestText + 1;
        _best = memory[..size];
        _second = memory.Slice(size, size);
        _step = memory.Slice(2 * size, size);
        _from = from;
        _best.Fill(double.NegativeInfinity);
        _second.Fill(double.NegativeInfinity);
        _best[0] = 0;
    }

    /// <summary>The best score of a position so far.</summary>
    public readonly double this[int position] => _best[position];

    /// <summary>Offers a piece from one position to another.</summary>
    public readonly void Offer(int start, int end, double score)
    {
        double candidate = _best[start] + score;
        if (candidate <= _best[end])
        {
            _second[end] = Math.Max(_second[end], candidate);
            return;
        }
        _second[end] = _best[end];
        _best[end] = candidate;
        _step[end] = score;
        _from[end] = start;
    }

    /// <summary>The steps of the best path, and the |S| below which it is the best.</summary>
    /// <param name="length">The word's length.</param>
    /// <param name="steps">At least as many numbers; filled with the scores in order.</param>
    /// <param name="limit">0 or less where the path is not sure at all.</param>
    /// <returns>The number of steps.</returns>
    public readonly int Finish(int length, Span<double> steps, out float limit)
    {
        double margin = double.PositiveInfinity, magnitude = 0;
        int count = 0;
        for (int at = length; at > 0; at = _from[at])
        {
            margin = Math.Min(margin, _best[at] - _second[at]);
            steps[count++] = _step[at];
        }
        steps[..count].Reverse();
        foreach (double score in _best[..(length + 1)])
            magnitude = double.IsNegativeInfinity(score) ? magnitude : Math.Max(magnitude, Math.Abs(score));
        margin = Math.Min(margin, float.MaxValue);
        limit = (float)(margin * (1 << 24) / (2 * Safety * length) - Safety * magnitude);
        return count;
    }
}
