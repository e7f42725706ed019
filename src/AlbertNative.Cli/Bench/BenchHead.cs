using AlbertNative.Model;

namespace AlbertNative.Cli;

/// <summary>The rows of the last hidden state that a measurement asks for.</summary>
internal enum BenchHead
{
    /// <summary>All tokens.</summary>
    All,

    /// <summary>The first token of each text, as classification needs it.</summary>
    Cls,

    /// <summary>One token in the middle of each text, as filling one mask needs it.</summary>
    Mask,
}

internal static class BenchHeads
{
    /// <summary>The rows, ascending; empty for all.</summary>
    public static int[] Rows(this BenchHead head, TokenBatch batch)
    {
        if (head == BenchHead.All)
            return [];
        int[] rows = new int[batch.SequenceCount];
        for (int sequence = 0; sequence < rows.Length; sequence++)
        {
            (int start, int length) = batch.RowsOf(sequence);
            rows[sequence] = head == BenchHead.Cls ? start : start + (length / 2);
        }
        return rows;
    }
}
