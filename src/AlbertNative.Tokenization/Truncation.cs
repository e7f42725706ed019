namespace AlbertNative.Tokenization;

/// <summary>How many tokens of each text stay where the whole is too long; the two references differ.</summary>
internal static class Truncation
{
    /// <summary>The lengths to keep of a text of <paramref name="first"/> tokens and, where not null, a second one.</summary>
    /// <param name="semantics">Whose rule.</param>
    /// <param name="strategy">Which side gives way.</param>
    /// <param name="first">Tokens of the first text.</param>
    /// <param name="second">Tokens of the second text, or null.</param>
    /// <param name="limit">Tokens that both may hold together, special tokens already taken off; may be negative.</param>
    /// <exception cref="ArgumentException">The strategy cannot reach the limit.</exception>
    public static (int First, int Second) Lengths(
        TokenizerSemantics semantics, TruncationStrategy strategy, int first, int? second, int limit)
    {
        if (first + (second ?? 0) <= limit)
            return (first, second ?? 0);
        return semantics == TokenizerSemantics.Slow
            ? Slow(strategy, first, second, limit)
            : Fast(strategy, first, second, limit);
    }

    /// <summary>transformers' <c>truncate_sequences</c>: a side that has no more tokens than must go is left uncut.</summary>
    private static (int First, int Second) Slow(TruncationStrategy strategy, int first, int? second, int limit)
    {
        int excess = first + (second ?? 0) - limit;
        switch (strategy)
        {
            case TruncationStrategy.OnlySecond:
                int length = RequireSecond(second);
                return (first, length > excess ? length - excess : length);
            case TruncationStrategy.LongestFirst when second is int other:
                for (; excess > 0 && (first > 0 || other > 0); excess--)
                {
                    if (first > other)
                        first--;
                    else
                        other--;
                }
                return (first, other);
            default:
                return (first > excess ? first - excess : first, second ?? 0);
        }
    }

    /// <summary>The Rust tokenizers' <c>truncate_encodings</c>: both lengths are computed in one step.</summary>
    private static (int First, int Second) Fast(TruncationStrategy strategy, int first, int? second, int limit)
    {
        if (limit < 0)
            throw new ArgumentException("The maximal length is less than the number of special tokens.");
        int excess = first + (second ?? 0) - limit;
        switch (strategy)
        {
            case TruncationStrategy.OnlySecond:
                return (first, Shorten(RequireSecond(second), excess, "second"));
            case TruncationStrategy.OnlyFirst:
                return (Shorten(first, excess, "first"), second ?? 0);
            default:
                return second is int other ? Share(first, other, limit) : (limit, 0);
        }
    }

    /// <summary>
    /// The shorter side stays whole where the other can make up for it; else each gets half, and of an odd
    /// limit the originally shorter one (of two equally long, the first) the smaller half.
    /// </summary>
    private static (int First, int Second) Share(int first, int second, int limit)
    {
        bool swapped = first > second;
        int shorter = Math.Min(first, second);
        int longer = shorter > limit ? shorter : Math.Max(shorter, limit - shorter);
        if (shorter + longer > limit)
            (shorter, longer) = (limit / 2, limit / 2 + limit % 2);
        return swapped ? (longer, shorter) : (shorter, longer);
    }

    private static int Shorten(int length, int excess, string name) => length > excess
        ? length - excess
        : throw new ArgumentException($"The {name} text has {length} tokens, but {excess} would have to go.");

    private static int RequireSecond(int? second) =>
        second ?? throw new ArgumentException("Only the second text may be truncated, but there is none.");
}
