using AlbertNative.Tensors;

namespace AlbertNative.Tests.Tensors;

/// <summary>
/// A matrix at any alignment amid floats that kernels must neither read nor write: all of them are one NaN, so what is
/// read shows in the result, and what is written no longer has its bits.
/// </summary>
internal sealed unsafe class GuardedMatrix
{
    private const int Margin = 96;

    /// <summary>A NaN with a payload that no arithmetic makes.</summary>
    private const int GuardBits = 0x7FC0_BEEF;

    /// <summary>More than any test uses at a time.</summary>
    private const int Kept = 32;

    // A kernel gets addresses: a matrix that is not looked at after its call could be collected, and overwritten by another
    // test's, in its midst. So each thread keeps the last ones that it made.
    [ThreadStatic]
    private static Queue<GuardedMatrix>? _last;

    private readonly float[] _memory;
    private readonly int _offset;

    /// <summary>Makes a matrix of NaNs.</summary>
    /// <param name="rows">Its rows.</param>
    /// <param name="columns">Its columns.</param>
    /// <param name="padding">The floats between the end of a row and the start of the next.</param>
    /// <param name="misalignment">How many floats behind a cache line it begins.</param>
    public GuardedMatrix(int rows, int columns, int padding = 0, int misalignment = 0)
    {
        int stride = columns + padding;
        _memory = GC.AllocateUninitializedArray<float>((2 * Margin) + (rows * stride) + 16, pinned: true);
        Array.Fill(_memory, BitConverter.Int32BitsToSingle(GuardBits));
        fixed (float* start = _memory)
        {
            float* line = (float*)(((nint)(start + Margin) + 63) & ~(nint)63);
            float* data = line + (misalignment % 16);
            _offset = (int)(data - start);
            Matrix = new Matrix(_memory, data, rows, columns, stride);
        }
        _last ??= new Queue<GuardedMatrix>(Kept + 1);
        _last.Enqueue(this);
        if (_last.Count > Kept)
            _last.Dequeue();
    }

    public Matrix Matrix { get; }

    public float[] Memory => _memory;

    public float* Data => Matrix.Data;

    public int Stride => Matrix.Stride;

    public ref float this[int row, int column] => ref _memory[_offset + (row * Stride) + column];

    /// <summary>Sets every element, row after row.</summary>
    public GuardedMatrix Fill(Func<float> next)
    {
        for (int row = 0; row < Matrix.Rows; row++)
        {
            for (int column = 0; column < Matrix.Columns; column++)
                this[row, column] = next();
        }
        return this;
    }

    /// <summary>Fails where a float has been written outside the given rows and columns.</summary>
    public void AssertUntouchedOutside(int firstRow, int rows, int firstColumn, int columns)
    {
        for (int i = 0; i < _memory.Length; i++)
        {
            int row = Math.DivRem(i - _offset, Stride, out int column);
            bool inside = i >= _offset && row >= firstRow && row < firstRow + rows
                && column >= firstColumn && column < firstColumn + columns;
            if (!inside && BitConverter.SingleToInt32Bits(_memory[i]) != GuardBits)
            {
                Assert.Fail($"row {row}, column {column} was overwritten, outside rows {firstRow} + {rows}, "
                    + $"columns {firstColumn} + {columns}");
            }
        }
    }
}
