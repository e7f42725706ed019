namespace AlbertNative.Tensors;

/// <summary>One sequence in a batch of concatenated tokens: the rows of its queries and of the keys that they attend to.</summary>
/// <param name="QueryStart">The first row of its queries.</param>
/// <param name="QueryCount">The number of its queries; may be zero.</param>
/// <param name="KeyStart">The first row of its keys and values.</param>
/// <param name="KeyCount">The number of its keys, at least one where there are queries.</param>
public readonly record struct AttentionSpan(int QueryStart, int QueryCount, int KeyStart, int KeyCount)
{
    /// <summary>Whether its rows are among so many.</summary>
    internal bool IsWithin(int queries, int keys) =>
        QueryStart >= 0 && QueryCount >= 0 && QueryCount <= queries - QueryStart
        && KeyStart >= 0 && KeyCount >= (QueryCount == 0 ? 0 : 1) && KeyCount <= keys - KeyStart;
}
