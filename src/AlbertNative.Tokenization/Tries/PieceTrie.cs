using System.Runtime.CompilerServices;

namespace AlbertNative.Tokenization.Tries;

/// <summary>
/// A set of strings, each with a value, for finding every one that begins at a position of a text: a double
/// array (Aoe 1989) over UTF-16, one 8-byte unit a node. Characters are first mapped to dense codes, the frequent
/// ones to small numbers, so that one step is one addition, one load and one comparison whatever the script.
/// </summary>
/// <remarks>
/// A unit holds its own code in bits 0-15, the place of its children in bits 16-39, and its value plus one (0:
/// no string ends here) above. The child by code c of a node is at base + c if that unit's code is c.
/// </remarks>
internal sealed class PieceTrie
{
    /// <summary>The code of every character that occurs in no string: no child has it.</summary>
    public const ushort NoCode = 0;

    /// <summary>
    /// The longest piece of a vocabulary, in characters: far more than any has, and what bounds the time that a search
    /// takes at each place of a text.
    /// </summary>
    public const int LongestPiece = 1024;

    /// <summary>The code in units that are not in use: no character has it.</summary>
    internal const ushort FreeCode = ushort.MaxValue;

    /// <summary>Bases and values have 24 bits, a value one less.</summary>
    internal const int Limit = (1 << 24) - 1;

    private readonly ushort[] _codes;
    private readonly ulong[] _units;

    internal PieceTrie(ushort[] codes, ulong[] units)
    {
        _codes = codes;
        _units = units;
    }

    /// <summary>The code of each UTF-16 unit.</summary>
    public ReadOnlySpan<ushort> Codes => _codes;

    /// <summary>All units; the first is the root. Long enough that base + code is always inside.</summary>
    public ReadOnlySpan<ulong> Units => _units;

    /// <summary>The node of the empty string, from which <see cref="Step"/> goes on.</summary>
    public ulong Root => _units[0];

    /// <summary>Builds the trie of distinct strings.</summary>
    /// <param name="text">All strings, one after the other, in any order.</param>
    /// <param name="ends">Where each ends in <paramref name="text"/>.</param>
    /// <param name="values">Their values, 0 to 16,777,213.</param>
    /// <exception cref="FormatException">A string is empty or occurs twice, or they take more than 16 million nodes.</exception>
    public static PieceTrie Build(ReadOnlySpan<char> text, ReadOnlySpan<int> ends, ReadOnlySpan<int> values) =>
        new PieceTrieBuilder(new StringTable(text, ends), values).Build();

    /// <summary>Goes from a node along one character; false where no string goes on so.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Step(ref ulong node, char c)
    {
        ushort code = _codes[c];
        ulong child = _units[Base(node) + code];
        node = child;
        return (ushort)child == code;
    }

    /// <summary>The value of the string that ends at a node, or -1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Value(ulong node) => (int)(node >> 40) - 1;

    /// <summary>Where a node's children are, less their codes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Base(ulong node) => (int)(node >> 16) & Limit;

    /// <summary>The value of exactly this string, or -1.</summary>
    public int Find(ReadOnlySpan<char> text)
    {
        ulong node = Root;
        foreach (char c in text)
        {
            if (!Step(ref node, c))
                return -1;
        }
        return Value(node);
    }

    /// <summary>The length of the longest string that <paramref name="text"/> begins with, or 0.</summary>
    public int LongestPrefix(ReadOnlySpan<char> text)
    {
        ulong node = Root;
        int longest = 0;
        for (int i = 0; i < text.Length && Step(ref node, text[i]); i++)
        {
            if (Value(node) >= 0)
                longest = i + 1;
        }
        return longest;
    }
}
