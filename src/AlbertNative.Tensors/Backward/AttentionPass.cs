namespace AlbertNative.Tensors;

/// <summary>One attention operation: what it reads, what it writes, and what it drops.</summary>
public readonly ref struct AttentionPass
{
    /// <summary>Q in the first H columns, [queries, at least H].</summary>
    public required Matrix Query { get; init; }

    /// <summary>K and V in columns H to 3H, [keys, 3H].</summary>
    public required Matrix KeyValue { get; init; }

    /// <summary>Which queries attend to which keys; one span for each sequence.</summary>
    public required ReadOnlySpan<AttentionSpan> Spans { get; init; }

    /// <summary>The number of heads.</summary>
    public required int Heads { get; init; }

    /// <summary>[queries, H]</summary>
    public required Matrix Output { get; init; }

    /// <summary>The dropout masks, or null where nothing is dropped.</summary>
    public DropoutMasks? Masks { get; init; }

    /// <summary>The layer's number, for its masks.</summary>
    public int Layer { get; init; }

    /// <summary>The row within its sequence of each query, or null where a sequence's queries are its rows 0, 1, 2, …</summary>
    public int[]? QueryRows { get; init; }
}
