using System.Numerics;
using System.Runtime.CompilerServices;

namespace AlbertNative.Tokenization.Fast;

/// <summary>
/// A trie over UTF-16 units from pieces to ids. Its edges are one hash table: a 64-bit entry holds the parent (24 bits),
/// the unit (16) and the child (24), so that a step is one look-up in memory of eight bytes an edge, and building is
/// linear in the pieces whatever they are.
/// </summary>
internal sealed class VocabularyTrie
{
    /// <summary>Where every walk starts.</summary>
    public const int Root = 0;

    /// <summary>What <see cref="Child"/> gives where there is no edge.</summary>
    public const int None = 0;

    private const int NodeBits = 24;
    private const int NodeMask = (1 << NodeBits) - 1;

    private ulong[] _edges = new ulong[1 << 10];
    private int[] _ids = new int[1 << 9];
    private int _shift = 64 - 10;
    private int _nodes = 1;

    /// <summary>An empty trie.</summary>
    public VocabularyTrie() => _ids[Root] = -1;

    /// <summary>The most nodes that fit.</summary>
    public const int MaximumNodes = NodeMask;

    /// <summary>Makes <paramref name="piece"/> mean <paramref name="id"/>; of equal pieces the last one counts.</summary>
    /// <returns>Whether there was room.</returns>
    public bool TryAdd(ReadOnlySpan<char> piece, int id)
    {
        int node = Root;
        foreach (char unit in piece)
        {
            int child = Child(node, unit);
            if (child == None)
            {
                if (_nodes > MaximumNodes)
                    return false;
                child = AddChild(node, unit);
            }
            node = child;
        }
        _ids[node] = id;
        return true;
    }

    /// <summary>The node that <paramref name="unit"/> leads to, or <see cref="None"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Child(int node, char unit)
    {
        ulong[] edges = _edges;
        ulong key = Key(node, unit);
        for (uint slot = Slot(key); ; slot++)
        {
            ulong edge = edges[slot & (uint)(edges.Length - 1)];
            if (edge >> NodeBits == key)
                return (int)edge & NodeMask;
            if (edge == 0)
                return None;
        }
    }

    /// <summary>The id of the piece that ends at a node, or -1.</summary>
    public int Id(int node) => _ids[node];

    /// <summary>The id of exactly this piece, or -1.</summary>
    public int Find(ReadOnlySpan<char> piece)
    {
        int node = Root;
        foreach (char unit in piece)
        {
            node = Child(node, unit);
            if (node == None)
                return -1;
        }
        return _ids[node];
    }

    /// <summary>The longest piece that <paramref name="text"/> begins with: its length, 0 where there is none.</summary>
    public int LongestPrefix(ReadOnlySpan<char> text, out int id)
    {
        int node = Root, length = 0;
        id = -1;
        for (int i = 0; i < text.Length; i++)
        {
            node = Child(node, text[i]);
            if (node == None)
                break;
            if (_ids[node] >= 0)
                (length, id) = (i + 1, _ids[node]);
        }
        return length;
    }

    private static ulong Key(int node, char unit) => ((ulong)(uint)node << 16) | unit;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint Slot(ulong key) => (uint)((key * 0x9E3779B97F4A7C15UL) >> _shift);

    private int AddChild(int node, char unit)
    {
        if (_nodes * 2 >= _edges.Length)
            Rehash();
        if (_nodes == _ids.Length)
            Array.Resize(ref _ids, _nodes * 2);
        int child = _nodes++;
        _ids[child] = -1;
        Insert((Key(node, unit) << NodeBits) | (uint)child);
        return child;
    }

    private void Insert(ulong edge)
    {
        uint slot = Slot(edge >> NodeBits);
        while (_edges[slot & (uint)(_edges.Length - 1)] != 0)
            slot++;
        _edges[slot & (uint)(_edges.Length - 1)] = edge;
    }

    private void Rehash()
    {
        ulong[] old = _edges;
        _edges = new ulong[old.Length * 2];
        _shift = 64 - BitOperations.Log2((uint)_edges.Length);
        foreach (ulong edge in old)
        {
            if (edge != 0)
                Insert(edge);
        }
    }
}
