namespace AlbertNative.Tokenization;

/// <summary>How many tokens of each text stay where the whole is too long; the two references differ.</summary>
/// <param name="semantics">Whose rule.</param>
/// <param name="strategy">Which side gives way.</param>
/// <param name="limit">Tokens that both may hold together, special tokens already taken off; may be negative.</param>
internal readonly struct Truncation(TokenizerSemantics semantics, TruncationStrategy strategy, int limit)
{
    private readonly bool _isSlow = semantics == TokenizerSemantics.Slow;

    /// <summary>
    /// As many tokens of a text that may be cut as tell all that matters in nearly every case: one more than may stay.
    /// </summary>
    public int Enough => limit < 0 ? 1 : limit == int.MaxValue ? limit : limit + 1;

    /// <summary>Whether the first text, or the second, may have to give up tokens.</summary>
    public bool MayCut(bool second) =>
        strategy == TruncationStrategy.LongestFirst || (strategy == TruncationStrategy.OnlySecond) == second;

    /// <summary>
    /// Whether <see cref="Lengths"/> gives the same for the texts' real lengths as for those given, where one that is
    /// not whole has at least <see cref="Enough"/> tokens.
    /// </summary>
    /// <param name="first">Tokens of the first text, and whether these are all.</param>
    /// <param name="second">The same of the second text; null where there is none.</param>
    public bool IsDecided((int Count, bool IsWhole) first, (int Count, bool IsWhole)? second)
    {
        if (first.IsWhole && second is not { IsWhole: false })
            return true;
        if (second is not (int Count, bool IsWhole) other)
            return !_isSlow || limit > 0;
        return strategy switch
        {
            // Of an odd limit the longer of two long texts gets one more, in the Rust tokenizers.
            TruncationStrategy.LongestFirst => _isSlow || limit % 2 == 0 || first.Count <= limit || other.Count <= limit,
            TruncationStrategy.OnlyFirst => !_isSlow || other.Count < limit,
            _ => !_isSlow || first.Count < limit,
        };
    }

    /// <summary>The lengths to keep of a text of <paramref name="first"/> tokens and, where not null, a second one.</summary>
    /// <param name="first">Tokens of the first text.</param>
    /// <param name="second">Tokens of the second text, or null.</param>
    /// <exception cref="ArgumentException">The strategy cannot reach the limit.</exception>
    public (int First, int Second) Lengths(int first, int? second)
    {
        if ((long)first + (second ?? 0) <= limit)
            return (first, second ?? 0);
        return _isSlow ? Slow(first, second) : Fast(first, second);
    }

    /// <summary>
    /// transformers' <c>truncate_sequences</c>: a side that has no more tokens than must go is left uncut, which is one
    /// beside which the other alone is too long.
    /// </summary>
    private (int First, int Second) Slow(int first, int? second) => strategy switch
    {
        TruncationStrategy.OnlySecond => (first, RequireSecond(second) is int length && first < limit ? limit - first : length),
        TruncationStrategy.LongestFirst when second is int other => OneByOne(first, other),
        _ => (second ?? 0) < limit ? (limit - (second ?? 0), second ?? 0) : (first, second ?? 0),
    };

    /// <summary>
    /// What is left where tokens go one at a time, from the first text where it is the longer one, else from the second:
    /// the shorter text stays whole where the other can make up for it.
    /// </summary>
    private (int First, int Second) OneByOne(int first, int second)
    {
        int room = Math.Max(limit, 0), smallerHalf = room / 2, largerHalf = room - smallerHalf;
        if (second <= smallerHalf)
            return (room - second, second);
        return first <= largerHalf ? (first, room - first) : (largerHalf, smallerHalf);
    }

    /// <summary>The Rust tokenizers' <c>truncate_encodings</c>: both lengths are computed in one step.</summary>
    private (int First, int Second) Fast(int first, int? second)
    {
        if (limit < 0)
            throw new ArgumentException("The maximal length is less than the number of special tokens.");
        return strategy switch
        {
            TruncationStrategy.OnlySecond => (first, Beside(first, RequireSecond(second), "second")),
            TruncationStrategy.OnlyFirst => (Beside(second ?? 0, first, "first"), second ?? 0),
            _ => second is int other ? Share(first, other) : (limit, 0),
        };
    }

    /// <summary>
    /// The shorter side stays whole where the other can make up for it; else each gets half, and of an odd
    /// limit the originally shorter one (of two equally long, the first) the smaller half.
    /// </summary>
    private (int First, int Second) Share(int first, int second)
    {
        bool swapped = first > second;
        int shorter = Math.Min(first, second);
        int longer = shorter > limit ? shorter : Math.Max(shorter, limit - shorter);
        if ((long)shorter + longer > limit)
            (shorter, longer) = (limit / 2, limit / 2 + limit % 2);
        return swapped ? (longer, shorter) : (shorter, longer);
    }

    /// <summary>What is left for the one text that may be cut.</summary>
    private int Beside(int other, int length, string name) => other < limit
        ? Math.Min(length, limit - other)
        : throw new ArgumentException(
            $"Only the {name} text may be truncated, but there is room for {limit} tokens and what may not has {other}.");

    private static int RequireSecond(int? second) =>
        second ?? throw new ArgumentException("Only the second text may be truncated, but there is none.");
}
