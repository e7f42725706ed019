namespace AlbertNative.Model;

/// <summary>Rows cut into parts of one size, but for a smaller last one.</summary>
/// <param name="All">The number of all rows.</param>
/// <param name="Rows">The rows of a part.</param>
internal readonly record struct RowParts(int All, int Rows)
{
    /// <summary>
    /// The fewest rows that each of several threads takes through a product by itself: every thread then reads all weights, and
    /// with fewer rows could do nothing but wait for them.
    /// </summary>
    public const int LeastOfThread = 16;

    /// <summary>The number of parts.</summary>
    public int Count => (All + Rows - 1) / Rows;

    /// <summary>
    /// The parts that go by themselves through steps whose rows need nothing of each other, as many for each thread and as even
    /// as possible; one part, whose steps all threads share, where there are too few rows for that.
    /// </summary>
    /// <param name="rows">The number of all rows.</param>
    /// <param name="most">The most rows of a part, a multiple of four.</param>
    /// <param name="threads">The threads that share them.</param>
    public static RowParts Divide(int rows, int most, int threads)
    {
        if (threads > 1 && rows < threads * LeastOfThread)
            return new RowParts(rows, rows);
        int parts = threads * ((rows + (threads * most) - 1) / (threads * most));
        // Whole tiles of all heights but the lowest.
        return new RowParts(rows, (((rows + parts - 1) / parts) + 3) & ~3);
    }

    /// <summary>A part's first row.</summary>
    public int FirstOf(int part) => part * Rows;

    /// <summary>The number of a part's rows.</summary>
    public int RowsOf(int part) => Math.Min(Rows, All - FirstOf(part));
}
