using System.Runtime.CompilerServices;
using AlbertNative.Tensors;

namespace AlbertNative.Tests.Tensors;

public sealed unsafe class HugePagesTests
{
    [Theory]
    [InlineData(PageBlock.LeastBytes)]
    [InlineData((3 * (long)HugePages.Size) + 4096)]
    [InlineData((4 * (long)HugePages.Size) - 4096)]
    public void Large_blocks_begin_on_a_huge_page_and_can_be_written_to_their_end(long bytes)
    {
        PinnedFloats memory = new((int)(bytes / sizeof(float)));
        Assert.IsType<PageBlock>(memory.Owner);
        Assert.Equal(0, (nint)memory.Data % HugePages.Size);
        new Span<float>(memory.Data, memory.Length).Fill(1);
        Assert.Equal(memory.Length, TensorSum(memory), 0.0);
        GC.KeepAlive(memory.Owner);
    }

    [Fact]
    public void Small_ones_stay_with_the_garbage_collector_on_a_cache_line()
    {
        foreach (int length in new[] { 0, 1, 15, 16, 17, 1000 })
        {
            PinnedFloats memory = new(length);
            Assert.IsType<float[]>(memory.Owner);
            Assert.Equal(0, (nint)memory.Data % 64);
        }
    }

    [Fact]
    public void A_block_that_nothing_refers_to_is_given_back()
    {
        List<WeakReference> blocks = Allocate(20);
        for (int i = 0; i < 10 && blocks.Any(block => block.IsAlive); i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        // One may still be in a register or a stack slot of this process.
        Assert.InRange(blocks.Count(block => block.IsAlive), 0, 1);
    }

    [Fact]
    public void A_matrix_keeps_its_memory()
    {
        Matrix matrix = new MatrixBuffer().Shape(1000, 1000);
        matrix[999].Fill(3);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.All(matrix[999].ToArray(), value => Assert.Equal(3, value));
    }

    [Fact]
    public void What_the_system_tells_is_read_and_what_it_does_not_is_null()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, "Rss:   5 kB\nAnonHugePages:      6144 kB\nShmemPmdMapped: 0 kB\n");
            Assert.Equal(6144 * 1024, HugePages.ResidentIn(path));
            File.WriteAllText(path, "AnonHugePages: many kB\nRss: 5 kB\n");
            Assert.Null(HugePages.ResidentIn(path));
        }
        finally
        {
            File.Delete(path);
        }
        Assert.Null(HugePages.ResidentIn(path));
        Assert.InRange(HugePages.AdvisedBytes, 0, long.MaxValue);
    }

    private static double TensorSum(PinnedFloats memory)
    {
        double sum = 0;
        foreach (float value in new ReadOnlySpan<float>(memory.Data, memory.Length))
            sum += value;
        return sum;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static List<WeakReference> Allocate(int count) =>
        [.. Enumerable.Range(0, count).Select(_ => new WeakReference(new PinnedFloats(1 << 20).Owner, trackResurrection: true))];
}
