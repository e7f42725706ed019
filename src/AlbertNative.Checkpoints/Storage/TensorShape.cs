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
        count = 1;
        bool fits = true;
        foreach (long dimension in shape)
        {
            // Whatever the others are, there is then no element.
            if (dimension == 0)
            {
                count = 0;
                return true;
            }
            fits = fits && count <= long.MaxValue / elementSize / dimension;
            count = fits ? count * dimension : 0;
        }
        return fits;
    }

    /// <inheritdoc cref="TryCount(ReadOnlySpan{long}, int, out long)"/>
    public static bool TryCount(System.Collections.Immutable.ImmutableArray<long> shape, int elementSize, out long count) =>
        TryCount(shape.AsSpan(), elementSize, out count);
}
