using System.Numerics;
using System.Runtime.CompilerServices;

namespace AlbertNative.Tokenization.Tries;

/// <summary>
/// Where the nodes of a growing double array lie: a node's children go to the first place where all of them fit,
/// 64 candidates being tried at once, or to the end where a bounded search finds none.
/// </summary>
internal sealed class DoubleArrayLayout
{
    private const int WindowsTried = 16;

    /// <summary>
    /// The last free units of a window stay free: all bases from which they could be reached soon have an owner.
    /// </summary>
    private const int FreeUnitsGivenUp = 4;

    private readonly int _alphabet;
    private ulong[] _freeUnits;
    private ulong[] _freeBases;
    private int _firstWindow;
    private int _lastTaken;

    /// <summary>Makes room.</summary>
    /// <param name="nodes">The number of nodes to come.</param>
    /// <param name="alphabet">One more than the largest code.</param>
    public DoubleArrayLayout(int nodes, int alphabet)
    {
        _alphabet = alphabet;
        Units = [];
        _freeUnits = [];
        _freeBases = [];
        Grow(nodes + nodes / 8 + 2 * alphabet + 64);
        // The base of nodes without children is 0: nobody's children may be there.
        for (int unit = 0; unit < alphabet; unit++)
            Take(_freeUnits, unit);
        Take(_freeBases, 0);
        _lastTaken = alphabet - 1;
    }

    /// <summary>The units; the first is the root.</summary>
    public ulong[] Units { get; private set; }

    /// <summary>Says where a node's children are, less their codes (0: none), and its value (-1: none).</summary>
    public void Finish(int unit, int place, int value) =>
        Units[unit] = (ushort)Units[unit] | ((ulong)place << 16) | ((ulong)(value + 1) << 40);

    /// <summary>Takes the units of a node's children; returns where they are, less their codes.</summary>
    /// <param name="children">Their codes, each once, in any order.</param>
    /// <exception cref="FormatException">There are too many nodes.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int PlaceChildren(ReadOnlySpan<ushort> children)
    {
        if (children.IsEmpty)
            return 0;
        int place = FindPlace(children);
        if (place + _alphabet >= Units.Length)
            Grow(Math.Max(place + _alphabet + 1, Units.Length + Units.Length / 8));
        Take(_freeBases, place);
        ulong[] units = Units, freeUnits = _freeUnits;
        foreach (ushort code in children)
        {
            Take(freeUnits, place + code);
            units[place + code] = code;
            _lastTaken = Math.Max(_lastTaken, place + code);
        }
        while (BitOperations.PopCount(freeUnits[_firstWindow]) <= FreeUnitsGivenUp)
            _firstWindow++;
        return place;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int FindPlace(ReadOnlySpan<ushort> children)
    {
        int lowest = children[0];
        foreach (ushort code in children)
            lowest = Math.Min(lowest, code);
        ulong[] freeUnits = _freeUnits, freeBases = _freeBases;
        int window = Math.Max(0, _firstWindow * 64 - lowest) / 64;
        for (int last = Math.Min(window + WindowsTried, _lastTaken / 64); window <= last; window++)
        {
            ulong fits = freeBases[window];
            for (int i = 0; i < children.Length && fits != 0; i++)
            {
                int bit = window * 64 + children[i];
                int word = bit >> 6;
                // Two shifts, for a distance of 64 where the window is aligned.
                fits &= (freeUnits[word] >> (bit & 63)) | (freeUnits[word + 1] << 1 << (~bit & 63));
            }
            if (fits != 0)
                return window * 64 + BitOperations.TrailingZeroCount(fits);
        }
        int place = _lastTaken + 1 - lowest;
        while (((freeBases[place >> 6] >> (place & 63)) & 1) == 0)
            place++;
        return place;
    }

    private void Grow(int capacity)
    {
        if (capacity > PieceTrie.Limit)
            throw new FormatException("the strings take more than 16 million nodes");
        int old = Units.Length;
        ulong[] units = new ulong[capacity];
        Units.CopyTo(units, 0);
        units.AsSpan(old).Fill(PieceTrie.FreeCode);
        Units = units;
        _freeUnits = GrowBits(_freeUnits, capacity);
        _freeBases = GrowBits(_freeBases, capacity);
    }

    /// <summary>One bit a unit, and as many more as a search may look ahead.</summary>
    private ulong[] GrowBits(ulong[] bits, int capacity)
    {
        ulong[] grown = new ulong[(capacity + _alphabet) / 64 + 3];
        bits.CopyTo(grown, 0);
        grown.AsSpan(bits.Length).Fill(ulong.MaxValue);
        return grown;
    }

    private static void Take(ulong[] bits, int index) => bits[index >> 6] &= ~(1UL << (index & 63));
}
