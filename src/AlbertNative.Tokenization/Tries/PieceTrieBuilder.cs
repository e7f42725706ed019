using System.Runtime.CompilerServices;

namespace AlbertNative.Tokenization.Tries;

/// <summary>Builds a <see cref="PieceTrie"/>, depth first over the sorted strings; linear in their length.</summary>
internal ref struct PieceTrieBuilder
{
    private readonly StringTable _strings;
    private readonly ReadOnlySpan<int> _values;
    private readonly int[] _order;
    private readonly ushort[] _codes = new ushort[char.MaxValue + 1];
    private readonly ushort[] _children;
    private readonly DoubleArrayLayout _layout;
    private Node[] _pending = new Node[64];
    private int _pendingCount;

    /// <summary>Sorts the strings and makes room for their nodes.</summary>
    /// <exception cref="FormatException">A string is empty or occurs twice, or there are too many characters.</exception>
    public PieceTrieBuilder(StringTable strings, ReadOnlySpan<int> values)
    {
        _strings = strings;
        _values = values;
        _order = strings.Sort();
        if (_order.Length > 0 && strings.Length(_order[0]) == 0)
            throw new FormatException("a string is empty");
        int alphabet = AssignCodes(strings.Text, _codes);
        _children = new ushort[alphabet];
        _layout = new DoubleArrayLayout(CountNodes(), alphabet);
    }

    /// <summary>The strings from First up to Last, in sorted order, share their first Depth characters and the node of these.</summary>
    private readonly record struct Node(int First, int Last, int Depth, int Unit);

    /// <summary>Lays the trie out.</summary>
    /// <exception cref="FormatException">There are too many nodes.</exception>
    public PieceTrie Build()
    {
        Push(new Node(0, _strings.Count, 0, 0));
        while (_pendingCount > 0)
            Place(_pending[--_pendingCount]);
        return new PieceTrie(_codes, _layout.Units);
    }

    /// <summary>Gives the characters that occur the codes 1, 2, ... by falling frequency; returns one more than the last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int AssignCodes(ReadOnlySpan<char> text, Span<ushort> codes)
    {
        // Each entry: the count, negative, in the upper half, so that sorting puts the frequent first.
        long[] used = new long[256];
        int count = 0;
        foreach (char c in text)
        {
            if (codes[c] == 0)
            {
                if (count == used.Length)
                    Array.Resize(ref used, count * 2);
                used[count++] = c;
                codes[c] = (ushort)count;
            }
            used[codes[c] - 1] -= 1L << 32;
        }
        if (count >= PieceTrie.FreeCode)
            throw new FormatException($"the strings use {count} different characters");
        used.AsSpan(0, count).Sort();
        for (int i = 0; i < count; i++)
            codes[(char)used[i]] = (ushort)(i + 1);
        return count + 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly int CountNodes()
    {
        int nodes = 1;
        ReadOnlySpan<char> previous = default;
        foreach (int index in _order)
        {
            ReadOnlySpan<char> current = _strings[index];
            nodes += current.Length - current.CommonPrefixLength(previous);
            previous = current;
        }
        return nodes;
    }

    /// <summary>Gives a node its value and its children their places; the children are pushed, to be placed later.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Place(Node node)
    {
        (int first, int last, int depth, int unit) = node;
        if (last - first == 1)
        {
            PlaceTail(_order[first], depth, unit);
            return;
        }
        int value = -1;
        if (first < last && _strings.Length(_order[first]) == depth)
            value = _values[_order[first++]];
        int count = 0;
        for (int i = first; i < last; i++)
        {
            ushort code = CodeAt(i, depth);
            if (count == 0 || _children[count - 1] != code)
                _children[count++] = code;
        }
        int place = _layout.PlaceChildren(_children.AsSpan(0, count));
        _layout.Finish(unit, place, value);
        for (int i = first; i < last;)
        {
            ushort code = CodeAt(i, depth);
            int start = i++;
            while (i < last && CodeAt(i, depth) == code)
                i++;
            Push(new Node(start, i, depth + 1, place + code));
        }
    }

    /// <summary>Places the rest of a string that shares it with no other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void PlaceTail(int index, int depth, int unit)
    {
        ReadOnlySpan<char> rest = _strings[index][depth..];
        Span<ushort> only = _children.AsSpan(0, 1);
        foreach (char c in rest)
        {
            only[0] = _codes[c];
            int place = _layout.PlaceChildren(only);
            _layout.Finish(unit, place, -1);
            unit = place + only[0];
        }
        _layout.Finish(unit, 0, _values[index]);
    }

    private void Push(Node node)
    {
        if (_pendingCount == _pending.Length)
            Array.Resize(ref _pending, _pendingCount * 2);
        _pending[_pendingCount++] = node;
    }

    private readonly ushort CodeAt(int rank, int depth) => _codes[_strings.Text[_strings.Start(_order[rank]) + depth]];
}
