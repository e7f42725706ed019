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

    /// <summary>One head of a sequence: its columns of Q [queries, at least H], of K and V [keys, 3H] and of the output [queries, H].</summary>
    public static AttentionTask Of(Matrix query, Matrix keyValue, AttentionSpan span, int heads, int head, Matrix output)
    {
        int hidden = output.Columns, headSize = hidden / heads, column = head * headSize;
        float* key = keyValue.Row(span.KeyStart) + hidden + column;
        return new AttentionTask
        {
            Query = query.Row(span.QueryStart) + column,
            QueryStride = query.Stride,
            Queries = span.QueryCount,
            Key = key,
            Value = key + hidden,
            KeyStride = keyValue.Stride,
            Keys = span.KeyCount,
            HeadSize = headSize,
            Output = output.Row(span.QueryStart) + column,
            OutputStride = output.Stride,
        };
    }
}
