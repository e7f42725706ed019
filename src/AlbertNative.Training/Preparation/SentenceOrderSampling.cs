namespace AlbertNative.Training;

/// <summary>
/// Makes the examples of ALBERT's pre-training of documents (Lan et al., arXiv:1909.11942): two consecutive segments that
/// together fill the model's length, swapped half of the time.
/// </summary>
/// <param name="MaxTokens">The most tokens of an input, the three special ones included.</param>
internal sealed record SentenceOrderSampling(int MaxTokens)
{
    private const int SpecialTokens = 3;

    /// <summary>How often an input is filled to a shorter length, drawn uniformly.</summary>
    public double ShortShare { get; init; } = 0.1;

    /// <summary>
    /// The examples of a document: its lines are gathered until they fill an input, then divided between two of them at a
    /// random line. A single line that fills an input alone is divided in its middle; one with fewer than two tokens is dropped.
    /// </summary>
    /// <param name="lines">The document's lines, in order.</param>
    /// <param name="random">The draws of this document.</param>
    public IEnumerable<SegmentPair> Pairs(IReadOnlyList<SegmentTokens> lines, PhiloxStream random)
    {
        int limit = MaxTokens - SpecialTokens;
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 2, nameof(MaxTokens));
        List<SegmentTokens> gathered = [];
        int length = 0, target = Target(limit, random);
        for (int line = 0; line < lines.Count; line++)
        {
            gathered.Add(lines[line]);
            length += lines[line].Length;
            if (length < target && line < lines.Count - 1)
                continue;
            if (Divide(gathered, target, random) is { } pair)
                yield return pair;
            gathered.Clear();
            (length, target) = (0, Target(limit, random));
        }
    }

    private int Target(int limit, PhiloxStream random) =>
        random.NextDouble() < ShortShare ? 2 + random.Next(limit - 1) : limit;

    private static SegmentPair? Divide(List<SegmentTokens> lines, int target, PhiloxStream random)
    {
        lines.RemoveAll(line => line.Length == 0);
        SegmentTokens first, second;
        if (lines.Count > 1)
        {
            int border = 1 + random.Next(lines.Count - 1);
            first = SegmentTokens.Join(lines.Take(border));
            second = SegmentTokens.Join(lines.Skip(border));
        }
        else if (lines.Count == 1 && lines[0].Length > 1)
        {
            SegmentTokens line = lines[0].Take(Math.Min(lines[0].Length, target));
            first = line.Take(line.Length / 2);
            second = new(line.Ids[first.Length..], line.Words[first.Length..]);
        }
        else
        {
            return null;
        }
        (first, second) = Cut(first, second, target);
        bool swap = random.NextDouble() < 0.5;
        return swap ? new(second, first, true) : new(first, second, false);
    }

    /// <summary>Takes tokens from the end of the longer one until both fit.</summary>
    private static (SegmentTokens First, SegmentTokens Second) Cut(SegmentTokens first, SegmentTokens second, int target)
    {
        int a = first.Length, b = second.Length;
        while (a + b > target)
        {
            if (a > b)
                a--;
            else
                b--;
        }
        return (first.Take(a), second.Take(b));
    }
}
