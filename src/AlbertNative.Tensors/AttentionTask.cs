namespace AlbertNative.Tensors;

/// <summary>One head's attention for some rows of queries: softmax(Q Kᵀ / √d) V.</summary>
internal readonly unsafe struct AttentionTask
{
    /// <summary>The first query, [queries, head size], rows <see cref="QueryStride"/> apart.</summary>
    public required float* Query { get; init; }

    public required nint QueryStride { get; init; }

    public required int Queries { get; init; }

    /// <summary>The first key and value, [keys, head size], rows <see cref="KeyStride"/> apart.</summary>
    public required float* Key { get; init; }

    public required float* Value { get; init; }

    public required nint KeyStride { get; init; }

    public required int Keys { get; init; }

    public required int HeadSize { get; init; }

    /// <summary>The first row of the result, [queries, head size], rows <see cref="OutputStride"/> apart.</summary>
    public required float* Output { get; init; }

    public required nint OutputStride { get; init; }
}
