namespace AlbertNative.Checkpoints;

/// <summary>Arithmetic on shapes that come from files.</summary>
internal static class TensorShape
{
    /// <summary>No framework that writes checkpoints has tensors of more dimensions (PyTorch: 64).</summary>
    public const int MaxRank = 64;

    /// <summary>
    /// The number of elements of a shape of natural numbers; false where it, times <paramref name="elementSize"/>,
    /// does not fit 63 bits.
    /// </summary>
    public static bool TryCount(ReadOnlySpan<long> shape, int elementSize, out long count)
    {
        count = 0;
        if (shape.Contains(0))
            return true;
        count = 1;
        foreach (long dimension in shape)
        {
            if (count > long.MaxValue / elementSize / dimension)
                return false;
            count *= dimension;
        }
        return true;
    }

    /// <inheritdoc cref="TryCount(ReadOnlySpan{long}, int, out long)"/>
    public static bool TryCount(System.Collections.Immutable.ImmutableArray<long> shape, int elementSize, out long count) =>
        TryCount(shape.AsSpan(), elementSize, out count);
}
