using AlbertNative.Tensors;

namespace AlbertNative.Tests.Tensors;

public sealed class MatrixArenaTests
{
    [Fact]
    public void Matrices_lie_apart_and_one_behind_the_other()
    {
        MatrixArena arena = new();
        arena.Shape([(3, 5), (0, 7), (2, 40)]);
        Assert.Equal((3, 5), (arena[0].Rows, arena[0].Columns));
        Assert.Equal((0, 7), (arena[1].Rows, arena[1].Columns));
        Assert.Equal((2, 40), (arena[2].Rows, arena[2].Columns));
        for (int i = 0; i < 3; i++)
        {
            for (int row = 0; row < arena[i].Rows; row++)
                arena[i][row].Fill(i);
        }
        Assert.All(Enumerable.Range(0, 3), row => Assert.All(arena[0][row].ToArray(), value => Assert.Equal(0, value)));
        Assert.All(Enumerable.Range(0, 2), row => Assert.All(arena[2][row].ToArray(), value => Assert.Equal(2, value)));
    }

    [Fact]
    public void Memory_grows_for_more_and_stays_for_less()
    {
        MatrixArena arena = new();
        arena.Shape([(4, 32), (4, 32)]);
        arena[1][3].Fill(7);
        arena.Shape([(8, 32)]);
        // The second of the two lay where the rows from the fifth on lie now.
        Assert.All(arena[0][7].ToArray(), value => Assert.Equal(7, value));
        Matrix before = arena[0];
        arena.Shape([(1000, 32)]);
        before[7].Fill(1);
        Assert.Equal(1000, arena[0].Rows);
        Assert.Throws<IndexOutOfRangeException>(() => arena[1]);
    }

    [Fact]
    public void Shapes_that_cannot_be_are_refused()
    {
        MatrixArena arena = new();
        Assert.Throws<ArgumentOutOfRangeException>(() => arena.Shape([(1, 1), (-1, 1)]));
        Assert.Throws<ArgumentOutOfRangeException>(() => arena.Shape([(1, -1)]));
        Assert.Throws<ArgumentOutOfRangeException>(() => arena.Shape([(1 << 20, 1000), (1 << 20, 1000), (1 << 20, 1000)]));
    }
}
