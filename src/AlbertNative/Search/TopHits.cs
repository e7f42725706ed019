namespace AlbertNative;

/// <summary>The best of any number of scored texts: of equal scores, the earlier text.</summary>
/// <param name="count">How many are kept.</param>
internal sealed class TopHits(int count)
{
    // The heap's root is the worst of those kept.
    private readonly PriorityQueue<(long Index, string? Text), (float Score, long Order)> _kept = new();

    /// <summary>Keeps a text if it is among the best so far. Texts come in the order of their indices.</summary>
    public void Offer(long index, string? text, float score)
    {
        (float, long) rank = (score, -index);
        if (_kept.Count < count)
            _kept.Enqueue((index, text), rank);
        else
            _kept.EnqueueDequeue((index, text), rank);
    }

    /// <summary>What is kept, best first; nothing is kept afterwards.</summary>
    public IReadOnlyList<(long Index, string? Text, float Score)> Take()
    {
        var best = new (long, string?, float)[_kept.Count];
        for (int at = best.Length - 1; at >= 0; at--)
        {
            _kept.TryDequeue(out (long Index, string? Text) hit, out (float Score, long Order) rank);
            best[at] = (hit.Index, hit.Text, rank.Score);
        }
        return best;
    }
}
