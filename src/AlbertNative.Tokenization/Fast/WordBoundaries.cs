using System.Runtime.CompilerServices;
using AlbertNative.Tokenization.Fast.Normalizers;
using AlbertNative.Tokenization.Fast.PreTokenizers;

namespace AlbertNative.Tokenization.Fast;

/// <summary>
/// Where a text may be cut before it is normalized, so that its parts normalized, split and tokenized one by one give
/// exactly the tokens of the whole: before a character that comes out of the normalizers as the start of a new split, and
/// after one that comes out as a split of its own or as white space between two, where neither has anything to do with its
/// neighbours in any step. Found out per character by running the steps on it, a block at a time when first met. Thread-safe.
/// </summary>
internal sealed class WordBoundaries
{
    private const int BlockBits = 8;

    private readonly Normalizer[] _normalizers;
    private readonly PreTokenizer _splitter;
    private readonly bool _isCharacterwise;
    private readonly Traits[]?[] _blocks = new Traits[]?[(char.MaxValue + 1) >> BlockBits];

    private WordBoundaries(Normalizer[] normalizers, PreTokenizer splitter)
    {
        _normalizers = normalizers;
        _splitter = splitter;
        _isCharacterwise = normalizers.All(n => n.IsCharacterwise);
    }

    [Flags]
    private enum Traits : byte
    {
        None = 0,

        /// <summary>It comes out as the start of a split, and joins nothing before it.</summary>
        Opens = 1 << 0,

        /// <summary>It joins nothing after it.</summary>
        Closes = 1 << 1,

        /// <summary>It may join anything before it.</summary>
        Joins = 1 << 2,

        /// <summary>Beside another of these it may be a match of some replacement.</summary>
        Pattern = 1 << 3,

        /// <summary>Beside another of these it may become one with it.</summary>
        Run = 1 << 4,

        /// <summary>A split ends with it; only together with <see cref="Opens"/>.</summary>
        Ends = 1 << 5,

        /// <summary>It parts two splits and leaves nothing; only together with <see cref="Ends"/>.</summary>
        Dropped = 1 << 6,
    }

    /// <summary>The boundaries of a pipeline, or null where it does not allow any.</summary>
    public static WordBoundaries? Of(Normalizer[] normalizers, PreTokenizer[] preTokenizers)
    {
        // Later pre-tokenizers see the splits of the first.
        bool splits = preTokenizers.Length > 0 && preTokenizers[0].RoleOf(' ') is SplitRole.Starts or SplitRole.Dropped;
        return splits && normalizers.All(n => n.IsLocal) ? new WordBoundaries(normalizers, preTokenizers[0]) : null;
    }

    /// <summary>Where text that leaves nothing ends: at <paramref name="start"/> or behind it.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">A boundary.</param>
    /// <param name="end">The end of the text that counts.</param>
    public int Skip(ReadOnlySpan<char> text, int start, int end)
    {
        while (start < end && (Of(text[start]) & Traits.Dropped) != 0 && (start + 1 == end || AreParted(text, start)))
            start++;
        return start;
    }

    /// <summary>The first boundary after <paramref name="start"/>, or <paramref name="end"/>.</summary>
    public int Next(ReadOnlySpan<char> text, int start, int end)
    {
        Traits before = Of(text[start]);
        if ((before & Traits.Ends) != 0 && start + 1 < end && AreParted(text, start))
            return start + 1;
        if (_isCharacterwise)
            return NextOpening(text, start + 1, end);
        for (int i = start + 1; i < end; i++)
        {
            Traits at = Of(text[i]);
            if ((at & Traits.Opens) != 0 && IsFree(before, at) && (i + 1 == end || StaysOpen(at, Of(text[i + 1]))))
                return i;
            before = at;
        }
        return end;
    }

    /// <summary>Where every character is free: the next one that opens a split, or the end.</summary>
    private int NextOpening(ReadOnlySpan<char> text, int from, int end)
    {
        text = text[..end];
        for (int i = from; i < text.Length; i++)
        {
            if ((Of(text[i]) & Traits.Opens) != 0)
                return i;
        }
        return end;
    }

    /// <summary>Whether a split that ends with a character does so also beside the next.</summary>
    private bool AreParted(ReadOnlySpan<char> text, int index) => StaysOpen(Of(text[index]), Of(text[index + 1]))
        && (Of(text[index]) & Of(text[index + 1]) & Traits.Run) == 0;

    /// <summary>Whether an opening character has nothing to do with what is before it.</summary>
    private static bool IsFree(Traits before, Traits opening) =>
        (before & Traits.Closes) != 0 && (before & opening & (Traits.Pattern | Traits.Run)) == 0;

    /// <summary>Whether an opening character stays one beside what is after it.</summary>
    private static bool StaysOpen(Traits opening, Traits after) =>
        (opening & Traits.Closes) != 0 && (after & Traits.Joins) == 0 && (opening & after & Traits.Pattern) == 0;

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
        {
            try
            {
                traits[i] = FindOut((char)((block << BlockBits) | i), text);
            }
            catch (TokenizerFormatException)
            {
                // It grows beyond measure: the texts that have it are refused, and only those.
                traits[i] = Traits.Joins;
            }
        }
        return _blocks[block] = traits;
    }

    private Traits FindOut(char c, AlignedText text)
    {
        // Halves of pairs are not worth a table of their own: they may be anything but the start of a split.
        Traits inside = _isCharacterwise ? Traits.Closes : Traits.Joins;
        if (char.IsSurrogate(c))
            return inside;
        Coupling coupling = Coupling.None;
        text.Load([c], 0, 1);
        foreach (Normalizer normalizer in _normalizers)
        {
            coupling |= normalizer.CouplingOf(text.Chars);
            normalizer.Apply(text);
            // A character that vanishes leaves its neighbours beside each other.
            if (text.Length == 0)
                return inside;
        }
        bool isOwn = (coupling & (Coupling.Before | Coupling.Kin)) == 0;
        return (isOwn ? RoleOf(text.Chars) : Traits.None)
            | ((coupling & Coupling.After) == 0 ? Traits.Closes : Traits.None)
            | ((coupling & Coupling.Before) != 0 ? Traits.Joins : Traits.None)
            | ((coupling & Coupling.Pattern) != 0 ? Traits.Pattern : Traits.None)
            | ((coupling & Coupling.Run) != 0 ? Traits.Run : Traits.None);
    }

    /// <summary>How splits begin and end with a character that comes out as <paramref name="chars"/>.</summary>
    private Traits RoleOf(ReadOnlySpan<char> chars)
    {
        SplitRole first = _splitter.RoleOf(chars[0]), last = _splitter.RoleOf(chars[^1]);
        if (first == SplitRole.Inside || (chars.Length > 1 && !_isCharacterwise))
            return Traits.None;
        bool isDropped = true;
        foreach (char c in chars)
            isDropped &= _splitter.RoleOf(c) == SplitRole.Dropped;
        bool ends = last is SplitRole.Alone or SplitRole.Dropped;
        return Traits.Opens | (ends ? Traits.Ends : Traits.None) | (isDropped ? Traits.Dropped : Traits.None);
    }
}
