namespace AlbertNative.Tensors;

/// <summary>Memory for one matrix at a time, grown when a larger one is asked for and otherwise reused.</summary>
/// <param name="quantizable">Whether there is room for the rows' codes, as the inputs of products of integers need it.</param>
public sealed class MatrixBuffer(bool quantizable = false)
{
    private PinnedFloats _memory = new(0);

    /// <summary>
    /// A matrix of the given shape with undefined contents. It takes the place of the one that was asked for before.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A dimension is negative, or the matrix is too large for an array.</exception>
    public unsafe Matrix Shape(int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        int stride = PaddedColumns(columns), codeFloats = quantizable ? RowCode.FloatsFor(columns) : 0;
        long needed = (long)rows * (stride + codeFloats);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(needed, PinnedFloats.MaxLength, nameof(rows));
        if (needed > _memory.Length)
            _memory = new PinnedFloats((int)needed);
        // Codes lie together behind all rows: a product reads them alone.
        byte* codes = quantizable ? (byte*)(_memory.Data + ((nint)rows * stride)) : null;
        return new Matrix(_memory.Owner, _memory.Data, rows, columns, stride, codes, codeFloats * sizeof(float));
    }

    /// <summary>
    /// Whole panels fit into a row, so that kernels never need partial stores; one more cache line keeps rows whose
    /// length is a power of two from falling into the same cache sets.
    /// </summary>
    internal static int PaddedColumns(int columns) =>
        checked((columns + Kernels.MaxPanelWidth - 1) / Kernels.MaxPanelWidth * Kernels.MaxPanelWidth) + PinnedFloats.LineFloats;
}
