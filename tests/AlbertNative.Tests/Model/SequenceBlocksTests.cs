using AlbertNative.Model;
using AlbertNative.Tensors;

namespace AlbertNative.Tests.Model;

/// <summary>How a pass's sequences are shared out to threads.</summary>
public sealed class SequenceBlocksTests
{
    [Theory]
    [InlineData("32 32 32 32 32", 1, "0-1 2-3 4", "")]
    [InlineData("32 32 32 32", 2, "0-1 2-3", "")]
    [InlineData("64 64 64", 2, "0 1", "2")]
    [InlineData("64 64 64", 4, "", "0-2")]
    [InlineData("300", 1, "0", "")]
    [InlineData("300", 2, "", "0")]
    [InlineData("300 300", 2, "0 1", "")]
    [InlineData("512 8 8 8", 1, "0 1-3", "")]
    [InlineData("512 8 8 8", 2, "", "0-3")]
    [InlineData("40 40 40", 1, "0 1 2", "")]
    [InlineData("65 1 63 2", 1, "0 1-2 3", "")]
    [InlineData("64 32 32 100 20", 2, "0 1-2", "3-4")]
    public void Whole_sequences_to_each_thread_and_a_rest_to_all(string lengths, int threads, string alone, string rest)
    {
        int[] rows = [.. lengths.Split(' ').Select(int.Parse)];
        SequenceBlocks blocks = new();
        // A pass of more sequences before: nothing of it must stay.
        Divide(blocks, [.. Enumerable.Repeat(50, 30)], threads: 3);
        Divide(blocks, rows, threads);
        Assert.Equal(alone, string.Join(' ', blocks.Alone.ToArray().Select(Sequences)));
        Assert.Equal(rest, Sequences(blocks.Rest));
        int start = 0;
        foreach (SequenceBlock block in (ReadOnlySpan<SequenceBlock>)[.. blocks.Alone, blocks.Rest])
        {
            Assert.Equal(start, block.FirstRow);
            int within = 0;
            for (int i = 0; i < block.Sequences; i++)
            {
                int sequence = block.FirstSequence + i;
                Assert.Equal(new AttentionSpan(within, rows[sequence], within, rows[sequence]), blocks.SpansOf(block)[i]);
                Assert.Equal(new AttentionSpan(sequence, 1, within, rows[sequence]), blocks.SelectedSpansOf(block)[i]);
                within += rows[sequence];
            }
            Assert.Equal(within, block.Rows);
            start += within;
        }
        Assert.Equal(rows.Sum(), start);
        Assert.Equal(blocks.Alone.ToArray().Select(block => block.Rows).DefaultIfEmpty().Max(), blocks.LargestAlone);
    }

    private static void Divide(SequenceBlocks blocks, int[] lengths, int threads)
    {
        blocks.Reserve(lengths.Length, out Span<AttentionSpan> spans, out Span<AttentionSpan> selected);
        for (int i = 0, row = 0; i < lengths.Length; row += lengths[i++])
        {
            spans[i] = new AttentionSpan(row, lengths[i], row, lengths[i]);
            selected[i] = new AttentionSpan(i, 1, row, lengths[i]);
        }
        blocks.Divide(rows: 64, threads);
    }

    private static string Sequences(SequenceBlock block) => block.Sequences switch
    {
        0 => "",
        1 => $"{block.FirstSequence}",
        _ => $"{block.FirstSequence}-{block.FirstSequence + block.Sequences - 1}",
    };
}
