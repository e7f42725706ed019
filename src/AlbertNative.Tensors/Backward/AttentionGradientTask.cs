namespace AlbertNative.Tensors;

/// <summary>One head's attention and its gradient: queries, keys and values in, the gradients of all three out.</summary>
internal readonly unsafe struct AttentionGradientTask
{
    /// <summary>The forward task: its <see cref="AttentionTask.Output"/> is what the forward pass gave.</summary>
    public required AttentionTask Forward { get; init; }

    /// <summary>The gradient of the output, [queries, head size].</summary>
    public required float* OutputGradient { get; init; }

    public required nint OutputGradientStride { get; init; }

    /// <summary>Takes the queries' gradient, [queries, head size].</summary>
    public required float* QueryGradient { get; init; }

    public required nint QueryGradientStride { get; init; }

    /// <summary>Takes the keys' and the values' gradients, [keys, head size].</summary>
    public required float* KeyGradient { get; init; }

    public required float* ValueGradient { get; init; }

    public required nint KeyGradientStride { get; init; }

    /// <summary>What is dropped of the probabilities, or null where nothing is.</summary>
    public required DropoutMasks? Masks { get; init; }

    /// <summary>The mask's row of query 0 of the sequence.</summary>
    public required DropoutRow FirstRow { get; init; }

    /// <summary>The row within its sequence of each query, or null where queries are rows 0, 1, 2, …</summary>
    public required int[]? QueryRows { get; init; }

    /// <summary>Where this task's first query stands in <see cref="QueryRows"/>.</summary>
    public required int QueryStart { get; init; }

    /// <summary>Writes a query's row of the mask, and zeros up to <paramref name="padded"/> elements.</summary>
    public void FillMask(int query, float* mask, int padded)
    {
        int keys = Forward.Keys;
        Masks!.Fill(FirstRow with { Row = QueryRows?[QueryStart + query] ?? query }, new Span<float>(mask, keys));
        new Span<float>(mask + keys, padded - keys).Clear();
    }
}
