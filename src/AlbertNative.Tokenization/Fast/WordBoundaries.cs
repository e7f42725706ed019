using System.Runtime.CompilerServices;

namespace AlbertNative.Tokenization.Fast;

/// <summary>
/// Where a text may be cut before it is normalized, so that its parts normalized, split and tokenized one by one give
/// exactly the tokens of the whole: before a character that comes out of the normalizers as the start of a new split,
/// where neither it nor its left neighbour has anything to do with the other in any step. Found out per character by
/// running the steps on it, a block at a time when first met. Thread-safe.
/// </summary>
internal sealed class WordBoundaries
{
    private const int BlockBits = 8;

    private readonly Normalizer[] _normalizers;
    private readonly PreTokenizer[] _preTokenizers;
    private readonly Traits[]?[] _blocks = new Traits[]?[(char.MaxValue + 1) >> BlockBits];

    private WordBoundaries(Normalizer[] normalizers, PreTokenizer[] preTokenizers)
    {
        _normalizers = normalizers;
        _preTokenizers = preTokenizers;
    }

    [Flags]
    private enum Traits : byte
    {
        None = 0,

        /// <summary>It starts a split of its own and joins nothing before it.</summary>
        Opens = 1 << 0,

        /// <summary>It joins nothing after it.</summary>
        Closes = 1 << 1,

        /// <summary>Beside another of these it may be a match of some replacement.</summary>
        Pattern = 1 << 2,
    }

    /// <summary>The boundaries of a pipeline, or null where it does not allow any.</summary>
    public static WordBoundaries? Of(Normalizer[] normalizers, PreTokenizer[] preTokenizers)
    {
        bool splits = preTokenizers.Any(p => p.StartsSplit(' '));
        return splits && normalizers.All(n => n.IsLocal) ? new WordBoundaries(normalizers, preTokenizers) : null;
    }

    /// <summary>The first boundary after <paramref name="start"/>, or <paramref name="end"/>.</summary>
    public int Next(ReadOnlySpan<char> text, int start, int end)
    {
        Traits before = Of(text[start]);
        for (int i = start + 1; i < end; i++)
        {
            Traits at = Of(text[i]);
            if ((at & Traits.Opens) != 0 && (before & Traits.Closes) != 0 && (at & before & Traits.Pattern) == 0)
                return i;
            before = at;
        }
        return end;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Traits Of(char c)
    {
        Traits[] block = _blocks[c >> BlockBits] ?? FindOut(c >> BlockBits);
        return block[c & ((1 << BlockBits) - 1)];
    }

    private Traits[] FindOut(int block)
    {
        // Two threads may both do it, with the same outcome.
        Traits[] traits = new Traits[1 << BlockBits];
        AlignedText text = new();
        for (int i = 0; i < traits.Length; i++)
            traits[i] = FindOut((char)((block << BlockBits) | i), text);
        return _blocks[block] = traits;
    }

    private Traits FindOut(char c, AlignedText text)
    {
        // Halves of pairs are not worth a table of their own: they neither open nor close.
        if (char.IsSurrogate(c))
            return Traits.None;
        Coupling coupling = Coupling.None;
        text.Load([c], 0, 1);
        foreach (Normalizer normalizer in _normalizers)
        {
            coupling |= normalizer.CouplingOf(text.Chars);
            normalizer.Apply(text);
            // A character that vanishes leaves its neighbours beside each other.
            if (text.Length == 0)
                return Traits.None;
        }
        bool opens = text.Length == 1 && (coupling & Coupling.Before) == 0
            && _preTokenizers.Any(p => p.StartsSplit(text.Chars[0]));
        return (opens ? Traits.Opens : Traits.None)
            | ((coupling & Coupling.After) == 0 ? Traits.Closes : Traits.None)
            | ((coupling & Coupling.Pattern) != 0 ? Traits.Pattern : Traits.None);
    }
}
