using System.Runtime.CompilerServices;

namespace AlbertNative.Tokenization.Tries;

/// <summary>Many strings in one array, and their sorted order.</summary>
/// <param name="text">All strings, one after the other.</param>
/// <param name="ends">Where each ends.</param>
internal readonly ref struct StringTable(ReadOnlySpan<char> text, ReadOnlySpan<int> ends)
{
    private const int FewItems = 12;
    private const int NoCharacter = -1;

    private readonly ReadOnlySpan<char> _text = text;
    private readonly ReadOnlySpan<int> _ends = ends;

    /// <summary>The number of strings.</summary>
    public int Count => _ends.Length;

    /// <summary>All strings, one after the other.</summary>
    public ReadOnlySpan<char> Text => _text;

    /// <summary>One string.</summary>
    public ReadOnlySpan<char> this[int index] => _text[Start(index).._ends[index]];

    /// <summary>Where a string begins in the text.</summary>
    public int Start(int index) => index == 0 ? 0 : _ends[index - 1];

    /// <summary>The length of a string.</summary>
    public int Length(int index) => _ends[index] - Start(index);

    /// <summary>The indices of all strings in ordinal order; strings that begin alike are neighbours.</summary>
    /// <exception cref="FormatException">A string occurs twice.</exception>
    public int[] Sort()
    {
        int[] order = new int[Count];
        for (int i = 0; i < order.Length; i++)
            order[i] = i;
        Sort(order, 0);
        return order;
    }

    /// <summary>
    /// Multikey quicksort (Bentley and Sedgewick 1997) of strings that agree in their first characters: linear in
    /// what they have in common. The largest part is sorted in the loop, so that recursion stays shallow.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Sort(Span<int> items, int depth)
    {
        while (items.Length > FewItems)
        {
            int pivot = CharacterAt(items[(int)((uint)(items.Length * 31 + depth * 17) % (uint)items.Length)], depth);
            (int less, int notGreater) = Partition(items, depth, pivot);
            Span<int> smaller = items[..less], equal = items[less..notGreater], larger = items[notGreater..];
            if (pivot == NoCharacter && equal.Length > 1)
                throw OccursTwice(equal[0]);
            if (equal.Length >= Math.Max(smaller.Length, larger.Length))
            {
                Sort(smaller, depth);
                Sort(larger, depth);
                items = equal;
                depth++;
            }
            else
            {
                bool goOnSmaller = smaller.Length >= larger.Length;
                Sort(equal, depth + 1);
                Sort(goOnSmaller ? larger : smaller, depth);
                items = goOnSmaller ? smaller : larger;
            }
        }
        SortFew(items, depth);
    }

    /// <summary>Puts the items whose character at a depth is less than the pivot first, those where it is greater last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private (int Less, int NotGreater) Partition(Span<int> items, int depth, int pivot)
    {
        int less = 0, notGreater = items.Length;
        for (int i = 0; i < notGreater;)
        {
            int item = items[i];
            int c = CharacterAt(item, depth);
            if (c < pivot)
            {
                items[i++] = items[less];
                items[less++] = item;
            }
            else if (c > pivot)
            {
                items[i] = items[--notGreater];
                items[notGreater] = item;
            }
            else
                i++;
        }
        return (less, notGreater);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SortFew(Span<int> items, int depth)
    {
        for (int i = 1; i < items.Length; i++)
        {
            int item = items[i], at = i;
            for (; at > 0; at--)
            {
                int order = this[items[at - 1]][depth..].SequenceCompareTo(this[item][depth..]);
                if (order == 0)
                    throw OccursTwice(item);
                if (order < 0)
                    break;
                items[at] = items[at - 1];
            }
            items[at] = item;
        }
    }

    /// <summary>A character of a string, or -1, less than every character, just behind its end.</summary>
    private int CharacterAt(int index, int depth)
    {
        int at = Start(index) + depth;
        return at < _ends[index] ? _text[at] : NoCharacter;
    }

    private FormatException OccursTwice(int index) => new($"'{this[index]}' is defined twice");
}
