using System.Runtime.CompilerServices;

namespace AlbertNative.Tensors;

/// <summary>
/// A row-major matrix of floats, a view into a <see cref="MatrixBuffer"/>. Rows lie <see cref="Stride"/> floats apart;
/// the floats between <see cref="Columns"/> and <see cref="Stride"/> belong to the kernels.
/// </summary>
public readonly unsafe struct Matrix
{
    // Keeps the pinned memory alive for as long as a view of it exists.
    private readonly object _owner;

    internal Matrix(object owner, float* data, int rows, int columns, int stride, byte* codes = null, int codeStride = 0)
    {
        _owner = owner;
        Data = data;
        Rows = rows;
        Columns = columns;
        Stride = stride;
        Codes = codes;
        CodeStride = codeStride;
    }

    internal float* Data { get; }

    /// <summary>The rows' <see cref="RowCode"/>s; null where there is no room for them.</summary>
    internal byte* Codes { get; }

    /// <summary>The distance between two of them, in bytes.</summary>
    internal int CodeStride { get; }

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
            // A field that is never read keeps nothing alive in a caller's register: whoever goes through the rows of a result that
            // nothing else refers to would read memory that is somebody else's by then.
            GC.KeepAlive(_owner);
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
        return new Matrix(_owner, Row(first), count, Columns, Stride, Codes + ((nint)first * CodeStride), CodeStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal float* Row(int row) => Data + ((nint)row * Stride);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal RowCode* Code(int row) => (RowCode*)(Codes + ((nint)row * CodeStride));
}
