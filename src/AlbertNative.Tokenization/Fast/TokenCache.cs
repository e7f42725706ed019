using System.Numerics;
using System.Runtime.InteropServices;

namespace AlbertNative.Tokenization.Fast;

/// <summary>
/// The tokens of words met before, by their text as the caller wrote it. Words are only ever added, up to a fixed
/// amount of memory that grows with them, so readers need no lock and nothing is allocated once it is full or the
/// words repeat. A word lies in a block as: header, UTF-16 text padded to an int, ids, spans relative to the word.
/// </summary>
internal sealed class TokenCache
{
    private const int LongestWord = 48;
    private const int MostTokens = 24;
    private const int BlockBits = 14;
    private const int BlockLength = 1 << BlockBits;
    private const int BlockCount = 64;
    private const int FirstSlots = 1 << 12;
    private const int IdsOnlyFlag = 1 << 16;

    private readonly int[]?[] _blocks = new int[]?[BlockCount];
    private int[] _slots = new int[FirstSlots];
    private int _count;
    private int _block = -1;
    private int _used = BlockLength;
    private int _isWriting;

    /// <summary>One word's tokens; valid as long as the cache.</summary>
    /// <param name="entry">Where it starts.</param>
    public readonly ref struct Entry(ReadOnlySpan<int> entry)
    {
        private readonly ReadOnlySpan<int> _ints = entry;

        /// <summary>Whether there is one.</summary>
        public bool IsFound => !_ints.IsEmpty;

        /// <summary>Whether ids are all that is kept: a token is written otherwise than its id's piece, or they are of several splits or none.</summary>
        public bool IsIdsOnly => (_ints[0] & IdsOnlyFlag) != 0;

        /// <summary>The ids.</summary>
        public ReadOnlySpan<int> Ids => _ints.Slice(TextInts + 1, Count);

        /// <summary>The span of a token, relative to the word.</summary>
        public TextSpan Span(int index)
        {
            int packed = _ints[1 + TextInts + Count + index];
            return new TextSpan(packed & 0xFF, packed >> 8);
        }

        private int Count => (_ints[0] >> 8) & 0xFF;

        private int TextInts => ((_ints[0] & 0xFF) + 1) / 2;
    }

    /// <summary>Whether a text is short enough to be kept.</summary>
    public static bool Takes(int length) => length <= LongestWord;

    /// <summary>Looks a word up.</summary>
    public Entry Find(ReadOnlySpan<char> word)
    {
        int[] slots = Volatile.Read(ref _slots);
        for (uint slot = Hash(word); ; slot++)
        {
            int place = Volatile.Read(ref slots[slot & (uint)(slots.Length - 1)]);
            if (place == 0)
                return default;
            ReadOnlySpan<int> entry = At(place);
            if (TextOf(entry).SequenceEqual(word))
                return new Entry(entry);
        }
    }

    /// <summary>Keeps a word's tokens where there is room and no other thread is just writing.</summary>
    /// <param name="word">The text.</param>
    /// <param name="start">Where it stands in the text that the tokens' spans refer to.</param>
    /// <param name="tokens">All its tokens.</param>
    /// <param name="isSplit">Whether they are of several splits, or of none.</param>
    public void Add(ReadOnlySpan<char> word, int start, ReadOnlySpan<FastToken> tokens, bool isSplit)
    {
        if (tokens.Length > MostTokens || Interlocked.CompareExchange(ref _isWriting, 1, 0) != 0)
            return;
        int size = 1 + (word.Length + 1) / 2 + 2 * tokens.Length;
        if (!Find(word).IsFound && TryReserve(size, out int place))
        {
            Write(_blocks[place >> BlockBits].AsSpan(place & (BlockLength - 1), size), word, start, tokens, isSplit);
            if (++_count * 2 > _slots.Length)
                Grow();
            Insert(_slots, place);
        }
        Volatile.Write(ref _isWriting, 0);
    }

    private static void Write(Span<int> entry, ReadOnlySpan<char> word, int start, ReadOnlySpan<FastToken> tokens, bool isSplit)
    {
        int textInts = (word.Length + 1) / 2, flag = isSplit ? IdsOnlyFlag : 0;
        word.CopyTo(MemoryMarshal.Cast<int, char>(entry[1..]));
        for (int i = 0; i < tokens.Length; i++)
        {
            TextSpan span = tokens[i].Span;
            entry[1 + textInts + i] = tokens[i].Id;
            entry[1 + textInts + tokens.Length + i] = (span.Start - start) | ((span.End - start) << 8);
            flag |= tokens[i].HasSurface ? IdsOnlyFlag : 0;
        }
        entry[0] = word.Length | (tokens.Length << 8) | flag;
    }

    /// <summary>Publishes an entry: a reader that sees the place sees all of it.</summary>
    private void Insert(int[] slots, int place)
    {
        uint slot = Hash(TextOf(At(place)));
        while (slots[slot & (uint)(slots.Length - 1)] != 0)
            slot++;
        Volatile.Write(ref slots[slot & (uint)(slots.Length - 1)], place);
    }

    private void Grow()
    {
        int[] slots = new int[_slots.Length * 2];
        foreach (int place in _slots)
        {
            if (place != 0)
                Insert(slots, place);
        }
        Volatile.Write(ref _slots, slots);
    }

    private ReadOnlySpan<int> At(int place) => _blocks[place >> BlockBits].AsSpan(place & (BlockLength - 1));

    private static ReadOnlySpan<char> TextOf(ReadOnlySpan<int> entry) =>
        MemoryMarshal.Cast<int, char>(entry[1..])[..(entry[0] & 0xFF)];

    private bool TryReserve(int size, out int place)
    {
        place = 0;
        if (_used + size > BlockLength)
        {
            if (_block == BlockCount - 1)
                return false;
            _blocks[++_block] = new int[BlockLength];
            // Place 0 means none.
            _used = _block == 0 ? 1 : 0;
        }
        place = (_block << BlockBits) | _used;
        _used += size;
        return true;
    }

    private static uint Hash(ReadOnlySpan<char> word)
    {
        const ulong Multiplier = 0x9E3779B97F4A7C15UL;
        ulong hash = (ulong)word.Length * Multiplier;
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(word);
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            hash = (BitOperations.RotateLeft(hash, 23) ^ MemoryMarshal.Read<ulong>(bytes)) * Multiplier;
        if (bytes.Length >= sizeof(uint))
        {
            hash = (BitOperations.RotateLeft(hash, 23) ^ MemoryMarshal.Read<uint>(bytes)) * Multiplier;
            bytes = bytes[sizeof(uint)..];
        }
        if (bytes.Length > 0)
            hash = (BitOperations.RotateLeft(hash, 23) ^ MemoryMarshal.Read<ushort>(bytes)) * Multiplier;
        return (uint)((hash ^ (hash >> 29)) * Multiplier >> 32);
    }
}
