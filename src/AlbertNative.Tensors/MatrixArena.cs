namespace AlbertNative.Tensors;

/// <summary>
/// Memory for several matrices at a time, one behind the other, grown when more is asked for and otherwise reused. Each in a
/// <see cref="MatrixBuffer"/> of its own would begin, and often fill, a huge page of its own.
/// </summary>
public sealed class MatrixArena
{
    private PinnedFloats _memory = new(0);
    private Matrix[] _matrices = [];

    /// <summary>One of the matrices that were last asked for.</summary>
    /// <exception cref="IndexOutOfRangeException">There are fewer.</exception>
    public Matrix this[int index] => _matrices[index];

    /// <summary>Matrices of the given shapes with undefined contents. They take the place of those that were asked for before.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A dimension is negative, or all together are too large for an array.</exception>
    public unsafe void Shape(ReadOnlySpan<(int Rows, int Columns)> shapes)
    {
        long needed = 0;
        foreach ((int rows, int columns) in shapes)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(rows, nameof(shapes));
            ArgumentOutOfRangeException.ThrowIfNegative(columns, nameof(shapes));
            needed += (long)rows * MatrixBuffer.PaddedColumns(columns);
        }
        ArgumentOutOfRangeException.ThrowIfGreaterThan(needed, PinnedFloats.MaxLength, nameof(shapes));
        if (needed > _memory.Length)
            _memory = new PinnedFloats((int)needed);
        if (_matrices.Length != shapes.Length)
            _matrices = new Matrix[shapes.Length];
        float* next = _memory.Data;
        for (int i = 0; i < shapes.Length; i++)
        {
            (int rows, int columns) = shapes[i];
            int stride = MatrixBuffer.PaddedColumns(columns);
            _matrices[i] = new Matrix(_memory.Owner, next, rows, columns, stride);
            next += (nint)rows * stride;
        }
    }
}
