using AlbertNative.Model;

namespace AlbertNative.Tests.Model;

/// <summary>How rows are shared out that need nothing of each other.</summary>
public sealed class RowPartsTests
{
    [Theory]
    [InlineData(1, 1, "1")]
    [InlineData(64, 1, "64")]
    [InlineData(65, 1, "36 29")]
    [InlineData(31, 2, "31")]
    [InlineData(32, 2, "16 16")]
    [InlineData(33, 2, "20 13")]
    [InlineData(128, 2, "64 64")]
    [InlineData(130, 2, "36 36 36 22")]
    [InlineData(47, 3, "47")]
    [InlineData(73, 3, "28 28 17")]
    [InlineData(512, 4, "64 64 64 64 64 64 64 64")]
    public void As_many_parts_for_each_thread_and_as_even_as_possible(int rows, int threads, string expected)
    {
        RowParts parts = RowParts.Divide(rows, most: 64, threads);
        Assert.Equal(expected, string.Join(' ', Enumerable.Range(0, parts.Count).Select(parts.RowsOf)));
    }

    [Fact]
    public void Every_row_is_in_one_part_and_no_part_is_larger_than_allowed()
    {
        for (int threads = 1; threads <= 9; threads++)
        {
            for (int rows = 1; rows <= 1100; rows++)
            {
                RowParts parts = RowParts.Divide(rows, most: 128, threads);
                int next = 0;
                for (int part = 0; part < parts.Count; part++)
                {
                    Assert.Equal(next, parts.FirstOf(part));
                    Assert.InRange(parts.RowsOf(part), 1, parts.Count == 1 && threads > 1 ? threads * RowParts.LeastOfThread : 128);
                    next += parts.RowsOf(part);
                }
                Assert.Equal(rows, next);
            }
        }
    }
}
