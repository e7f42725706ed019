using System.Numerics;

namespace AlbertNative.Tokenization.SentencePiece;

/// <summary>
/// Lays a trie out as a double array, depth first. Time is linear in the strings' length: a node looks for a gap
/// a bounded number of times before it goes to the end, and nodes with one child fill what gaps are left.
/// </summary>
internal ref struct PieceTrieBuilder
{
    private const int GapsTried = 24;

    private readonly ReadOnlySpan<char> _text;
    private readonly ReadOnlySpan<int> _ends;
    private readonly ReadOnlySpan<int> _values;
    private readonly ushort[] _codes = new ushort[char.MaxValue + 1];
    private readonly int _alphabet;
    private readonly ushort[] _children;
    private readonly Stack<Node> _pending = new();

    private ulong[] _units;
    private ulong[] _unitTaken;
    private ulong[] _baseTaken;
    private int _firstFree = 1;
    private int _lastTaken;

    public PieceTrieBuilder(ReadOnlySpan<char> text, ReadOnlySpan<int> ends, ReadOnlySpan<int> values)
    {
        _text = text;
        _ends = ends;
        _values = values;
        _alphabet = AssignCodes(text, _codes);
        _children = new ushort[_alphabet];
        int nodes = CountNodes();
        int capacity = nodes + nodes / 8 + 2 * _alphabet + 64;
        _units = new ulong[capacity];
        _units.AsSpan().Fill(PieceTrie.FreeCode);
        _unitTaken = new ulong[capacity / 64 + 1];
        _baseTaken = new ulong[capacity / 64 + 1];
    }

    /// <summary>The strings from First up to Last share their first Depth characters and the node of these.</summary>
    private readonly record struct Node(int First, int Last, int Depth, int Unit);

    public PieceTrie Build()
    {
        // The base of nodes without children is 0: nobody's children may be there.
        for (int unit = 0; unit < _alphabet; unit++)
            Set(_unitTaken, unit);
        Set(_baseTaken, 0);
        _lastTaken = _alphabet - 1;
        _pending.Push(new Node(0, _ends.Length, 0, 0));
        while (_pending.TryPop(out Node node))
            Place(node);
        Array.Resize(ref _units, Math.Min(_units.Length, _lastTaken + _alphabet + 1));
        return new PieceTrie(_codes, _units);
    }

    /// <summary>Gives the characters that occur the codes 1, 2, ... by falling frequency; returns one more than the last.</summary>
    private static int AssignCodes(ReadOnlySpan<char> text, Span<ushort> codes)
    {
        int[] counts = new int[char.MaxValue + 1];
        foreach (char c in text)
            counts[c]++;
        List<char> used = [];
        for (int c = 0; c < counts.Length; c++)
        {
            if (counts[c] > 0)
                used.Add((char)c);
        }
        used.Sort((a, b) => counts[a] != counts[b] ? counts[b].CompareTo(counts[a]) : a.CompareTo(b));
        if (used.Count >= PieceTrie.FreeCode)
            throw new ArgumentException($"The strings use {used.Count} different characters.");
        for (int i = 0; i < used.Count; i++)
            codes[used[i]] = (ushort)(i + 1);
        return used.Count + 1;
    }

    private readonly int Start(int index) => index == 0 ? 0 : _ends[index - 1];

    private readonly int CountNodes()
    {
        int nodes = 1, previous = 0;
        for (int i = 0; i < _ends.Length; i++)
        {
            ReadOnlySpan<char> current = _text[Start(i).._ends[i]];
            nodes += current.Length - current.CommonPrefixLength(_text[previous..Start(i)]);
            previous = Start(i);
        }
        return nodes;
    }

    private void Place(Node node)
    {
        Span<ushort> children = _children;
        int first = node.First;
        ulong value = 0;
        if (_ends[first] - Start(first) == node.Depth && node.Depth > 0)
            value = (ulong)(_values[first++] + 1);
        int count = 0;
        for (int i = first; i < node.Last; i++)
        {
            ushort code = CodeAt(i, node.Depth);
            if (count == 0 || children[count - 1] != code)
                children[count++] = code;
        }
        int place = count == 0 ? 0 : FindBase(children[..count]);
        ushort own = node.Unit == 0 ? PieceTrie.FreeCode : (ushort)_units[node.Unit];
        _units[node.Unit] = own | ((ulong)place << 16) | (value << 40);
        for (int i = first; i < node.Last;)
        {
            ushort code = CodeAt(i, node.Depth);
            int start = i;
            while (i < node.Last && CodeAt(i, node.Depth) == code)
                i++;
            _units[place + code] = code;
            _pending.Push(new Node(start, i, node.Depth + 1, place + code));
        }
    }

    private readonly ushort CodeAt(int index, int depth) => _codes[_text[Start(index) + depth]];

    /// <summary>A base that no other node has, with a free unit for each child; takes them all.</summary>
    private int FindBase(ReadOnlySpan<ushort> children)
    {
        int lowest = children[0];
        foreach (ushort code in children)
            lowest = Math.Min(lowest, code);
        int found = Math.Max(0, _lastTaken + 1 - lowest);
        int gap = _firstFree;
        for (int tried = 0; tried < GapsTried && gap <= _lastTaken; tried++, gap = NextFree(gap + 1))
        {
            if (gap >= lowest && Fits(gap - lowest, children))
            {
                found = gap - lowest;
                break;
            }
        }
        while (found < BaseCapacity && IsSet(_baseTaken, found))
            found++;
        Take(found, children);
        return found;
    }

    private readonly int BaseCapacity => _baseTaken.Length * 64;

    private readonly bool Fits(int place, ReadOnlySpan<ushort> children)
    {
        if (IsSet(_baseTaken, place))
            return false;
        foreach (ushort code in children)
        {
            if (place + code < _units.Length && IsSet(_unitTaken, place + code))
                return false;
        }
        return true;
    }

    private void Take(int place, ReadOnlySpan<ushort> children)
    {
        int needed = place + _alphabet + 1;
        if (needed > PieceTrie.Limit)
            throw new ArgumentException("The strings take more than 16 million nodes.");
        if (needed > _units.Length)
            Grow(Math.Max(needed, _units.Length + _units.Length / 8));
        Set(_baseTaken, place);
        foreach (ushort code in children)
        {
            Set(_unitTaken, place + code);
            _lastTaken = Math.Max(_lastTaken, place + code);
        }
        _firstFree = NextFree(_firstFree);
    }

    private void Grow(int capacity)
    {
        int old = _units.Length;
        Array.Resize(ref _units, capacity);
        _units.AsSpan(old).Fill(PieceTrie.FreeCode);
        Array.Resize(ref _unitTaken, capacity / 64 + 1);
        Array.Resize(ref _baseTaken, capacity / 64 + 1);
    }

    /// <summary>The first free unit from <paramref name="from"/> on; beyond the end where there is none.</summary>
    private readonly int NextFree(int from)
    {
        for (int word = from >> 6; word < _unitTaken.Length; word++)
        {
            ulong free = ~_unitTaken[word];
            if (word == from >> 6)
                free &= ulong.MaxValue << (from & 63);
            if (free != 0)
                return word * 64 + BitOperations.TrailingZeroCount(free);
        }
        return _unitTaken.Length * 64;
    }

    private static bool IsSet(ulong[] bits, int index) => (bits[index >> 6] & (1UL << (index & 63))) != 0;

    private static void Set(ulong[] bits, int index) => bits[index >> 6] |= 1UL << (index & 63);
}
