using System.Buffers;

namespace AlbertNative.Tokenization.Unicode;

/// <summary>The Canonical Ordering Algorithm (the Standard, definition D109).</summary>
internal static class CanonicalOrder
{
    // Above this a counting sort over the 256 classes wins, and keeps time linear for hostile texts.
    private const int InsertionLimit = 32;

    /// <summary>Sorts every stretch of non-starters stably by combining class.</summary>
    public static void Sort(Span<AlignedCodePoint> run)
    {
        int start = 0;
        while (start < run.Length)
        {
            if (run[start].CombiningClass == 0)
            {
                start++;
                continue;
            }
            int end = start + 1;
            bool isSorted = true;
            for (; end < run.Length && run[end].CombiningClass != 0; end++)
                isSorted &= run[end - 1].CombiningClass <= run[end].CombiningClass;
            if (!isSorted)
                SortMarks(run[start..end]);
            start = end;
        }
    }

    private static void SortMarks(Span<AlignedCodePoint> marks)
    {
        if (marks.Length > InsertionLimit)
        {
            CountingSort(marks);
            return;
        }
        for (int i = 1; i < marks.Length; i++)
        {
            AlignedCodePoint mark = marks[i];
            int j = i;
            for (; j > 0 && marks[j - 1].CombiningClass > mark.CombiningClass; j--)
                marks[j] = marks[j - 1];
            marks[j] = mark;
        }
    }

    private static void CountingSort(Span<AlignedCodePoint> marks)
    {
        Span<int> position = stackalloc int[byte.MaxValue + 2];
        position.Clear();
        foreach (ref readonly AlignedCodePoint mark in marks)
            position[mark.CombiningClass + 1]++;
        for (int c = 1; c < position.Length; c++)
            position[c] += position[c - 1];
        AlignedCodePoint[] copy = ArrayPool<AlignedCodePoint>.Shared.Rent(marks.Length);
        marks.CopyTo(copy);
        foreach (ref readonly AlignedCodePoint mark in copy.AsSpan(0, marks.Length))
            marks[position[mark.CombiningClass]++] = mark;
        ArrayPool<AlignedCodePoint>.Shared.Return(copy);
    }
}
