using System.Runtime.CompilerServices;
using AlbertNative.Tensors;

namespace AlbertNative.Tests.Tensors;

public sealed unsafe class MatrixTests
{
    [Fact]
    public void Memory_is_grown_and_reused()
    {
        MatrixBuffer buffer = new();
        Matrix small = buffer.Shape(3, 5), large = buffer.Shape(30, 50), again = buffer.Shape(3, 5);
        Assert.Equal((3, 5), (small.Rows, small.Columns));
        Assert.Equal((30, 50), (large.Rows, large.Columns));
        Assert.True(large.Data == again.Data);
        Assert.Equal(0, Allocations.Least(() => buffer.Shape(20, 50)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(768)]
    [InlineData(4096)]
    public void Rows_hold_whole_panels_and_start_on_cache_lines(int columns)
    {
        Matrix matrix = new MatrixBuffer().Shape(4, columns);
        Assert.Equal(0, (nint)matrix.Data % 64);
        Assert.Equal(0, matrix.Stride % 16);
        Assert.True(matrix.Stride >= (columns + 31) / 32 * 32);
        Assert.NotEqual(0, matrix.Stride % 512);
    }

    [Fact]
    public void Slices_are_views()
    {
        Matrix matrix = new MatrixBuffer().Shape(6, 3);
        Matrix slice = matrix.Slice(2, 3);
        slice[1].Fill(7);
        Assert.Equal([7, 7, 7], matrix[3]);
        Assert.Equal((3, 3, matrix.Stride), (slice.Rows, slice.Columns, slice.Stride));
        Assert.Equal(0, matrix.Slice(6, 0).Rows);
    }

    [Fact]
    public void Rows_that_do_not_exist_are_refused()
    {
        Matrix matrix = new MatrixBuffer().Shape(2, 3);
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix[-1].Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix[2].Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => default(Matrix)[0].Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix.Slice(-1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix.Slice(1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix.Slice(0, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix.Slice(3, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix.Slice(int.MaxValue, int.MaxValue));
    }

    [Fact]
    public void Rows_of_a_matrix_that_nothing_else_refers_to_stay_while_they_are_read() => Assert.Equal(6 * 50, SumWhileMemoryIsTaken());

    // Compiled as it is after many calls, when a variable ends with its last use.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static float SumWhileMemoryIsTaken()
    {
        Matrix matrix = Ones(6, 50);
        float sum = 0;
        for (int row = 0; row < matrix.Rows; row++)
        {
            TakeWhatIsFree();
            foreach (float value in matrix[row])
                sum += value;
        }
        return sum;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Matrix Ones(int rows, int columns)
    {
        Matrix matrix = new MatrixBuffer().Shape(rows, columns);
        for (int row = 0; row < rows; row++)
            matrix[row].Fill(1);
        return matrix;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void TakeWhatIsFree()
    {
        GC.Collect();
        for (int i = 0; i < 100; i++)
            Array.Fill(GC.AllocateUninitializedArray<float>(400, pinned: true), float.NaN);
    }

    [Fact]
    public void Impossible_shapes_are_refused()
    {
        MatrixBuffer buffer = new();
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.Shape(-1, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.Shape(3, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.Shape(1 << 20, 1 << 20));
    }
}
