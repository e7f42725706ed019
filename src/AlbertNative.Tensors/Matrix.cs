using System.Runtime.CompilerServices;

namespace AlbertNative.Tensors;

/// <summary>
/// A row-major matrix of floats, a view into a <see cref="MatrixBuffer"/>. Rows lie <see cref="Stride"/> floats apart;
/// the floats between <see cref="Columns"/> and <see cref="Stride"/> belong to the kernels: padding and, where asked for,
/// the row's 8-bit form.
/// </summary>
public readonly unsafe struct Matrix
{
    // Keeps the pinned memory alive for as long as a view of it exists.
    private readonly float[] _owner;

    internal Matrix(float[] owner, float* data, int rows, int columns, int stride, int codeOffset)
    {
        _owner = owner;
        Data = data;
        Rows = rows;
        Columns = columns;
        Stride = stride;
        CodeOffset = codeOffset;
    }

    internal float* Data { get; }

    /// <summary>Where in each row its <see cref="RowCode"/> lies, in floats; zero where there is none.</summary>
    internal int CodeOffset { get; }

    /// <summary>The number of rows.</summary>
    public int Rows { get; }

    /// <summary>The number of columns that hold values.</summary>
    public int Columns { get; }

    /// <summary>The distance between the starts of two rows, in floats.</summary>
    public int Stride { get; }

    /// <summary>One row, [<see cref="Columns"/>].</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public Span<float> this[int row]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Rows, nameof(row));
            return new Span<float>(Data + ((nint)row * Stride), Columns);
        }
    }

    /// <summary>The view of <paramref name="count"/> rows from <paramref name="first"/> on.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The rows are not all within the matrix.</exception>
    public Matrix Slice(int first, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Rows - first);
        return new Matrix(_owner, Row(first), count, Columns, Stride, CodeOffset);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal float* Row(int row) => Data + ((nint)row * Stride);

    internal RowCode* Code(int row) => (RowCode*)(Row(row) + CodeOffset);
}
