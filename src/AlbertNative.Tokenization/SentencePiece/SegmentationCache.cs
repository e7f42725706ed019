using System.Runtime.InteropServices;

namespace AlbertNative.Tokenization.SentencePiece;

/// <summary>
/// Words that were segmented before, by their text as the caller wrote it. Words are only ever added, up to a fixed
/// amount of memory, so readers need no lock, and nothing is allocated once it is full or the words repeat. A word
/// is kept the second time that it is met, so that rare ones do not take the room.
/// </summary>
/// <remarks>
/// An entry is a stretch of one array of 64-bit units: a header (bits 0-7 the text's length, 8-15 the number of ids,
/// 16-23 of steps, 32-63 a float, the limit), the text, the ids, two a unit, and the steps, which are doubles. That of
/// a usual word is as large as a cache line.
/// </remarks>
internal sealed class SegmentationCache
{
    /// <summary>The most ids, and the most steps, of a word that is kept.</summary>
    public const int MostIds = 64;

    private const int FirstSlots = 1 << 12;
    private const int FirstUnits = 1 << 14;
    private const int PlaceBits = 19;
    private const int MostUnits = 1 << PlaceBits;
    private const int RecentCount = 1 << 15;

    private readonly ushort[] _recent = new ushort[RecentCount];
    private Table _table = new(new uint[FirstSlots], new ulong[FirstUnits]);
    private int _count;
    private int _used = 1;
    private int _isWriting;

    /// <summary>
    /// Slots hold a place in the units and, above it, the first bits of the hash; 0 means none. A table never grows:
    /// larger copies of both arrays take its place, so that those who still read it find what they always did.
    /// </summary>
    private sealed record Table(uint[] Slots, ulong[] Units);

    /// <summary>What is known of a word.</summary>
    /// <param name="units">The entry, and what is behind it.</param>
    public readonly ref struct Entry(ReadOnlySpan<ulong> units)
    {
        private readonly ReadOnlySpan<ulong> _units = units;

        /// <summary>Whether there is anything.</summary>
        public bool IsFound => !_units.IsEmpty;

        /// <summary>Its segmentation is the same after every score that is nearer to 0 than this.</summary>
        public float Limit => BitConverter.UInt32BitsToSingle((uint)(_units[0] >> 32));

        /// <summary>The token ids.</summary>
        public ReadOnlySpan<int> Ids => MemoryMarshal.Cast<ulong, int>(_units[IdStart..])[..IdCount];

        /// <summary>The scores of the pieces on the best path, in order.</summary>
        public ReadOnlySpan<double> Steps =>
            MemoryMarshal.Cast<ulong, double>(_units[(IdStart + (IdCount + 1) / 2)..])[..((int)(_units[0] >> 16) & 0xFF)];

        private int IdStart => 1 + WordKey.UnitCount((int)_units[0] & 0xFF);

        private int IdCount => (int)(_units[0] >> 8) & 0xFF;
    }

    /// <summary>Looks a word up.</summary>
    public Entry Find(in WordKey word)
    {
        Table table = Volatile.Read(ref _table);
        uint[] slots = table.Slots;
        uint tag = (uint)(word.Hash >> 32);
        for (uint at = (uint)word.Hash; ; at++)
        {
            uint slot = Volatile.Read(ref slots[at & (uint)(slots.Length - 1)]);
            if (slot == 0)
                return default;
            if ((slot ^ tag) >> PlaceBits != 0)
                continue;
            ReadOnlySpan<ulong> units = table.Units.AsSpan((int)(slot & (MostUnits - 1)));
            if (word.IsIn(units[1..], (int)units[0] & 0xFF))
                return new Entry(units);
        }
    }

    /// <summary>Whether the word was met before, not long ago, and so is worth adding.</summary>
    public bool IsRepeated(in WordKey word)
    {
        ushort tag = (ushort)(word.Hash >> 48);
        ref ushort recent = ref _recent[(word.Hash >> 32) & (RecentCount - 1)];
        bool isRepeated = recent == tag;
        recent = tag;
        return isRepeated;
    }

    /// <summary>Adds a word where there is room and no other thread is just adding one.</summary>
    public void Add(in WordKey word, ReadOnlySpan<int> ids, ReadOnlySpan<double> steps, float limit)
    {
        if (ids.Length > MostIds || steps.Length > MostIds || Interlocked.CompareExchange(ref _isWriting, 1, 0) != 0)
            return;
        int textUnits = WordKey.UnitCount(word.Text.Length), idUnits = (ids.Length + 1) / 2;
        int size = 1 + textUnits + idUnits + steps.Length;
        if (!Find(word).IsFound && MakeRoom(size))
        {
            Span<ulong> entry = _table.Units.AsSpan(_used, size);
            entry[0] = (uint)(word.Text.Length | (ids.Length << 8) | (steps.Length << 16))
                | ((ulong)BitConverter.SingleToUInt32Bits(limit) << 32);
            word.Write(entry.Slice(1, textUnits));
            ids.CopyTo(MemoryMarshal.Cast<ulong, int>(entry.Slice(1 + textUnits, idUnits)));
            steps.CopyTo(MemoryMarshal.Cast<ulong, double>(entry[(1 + textUnits + idUnits)..]));
            Insert(_table.Slots, word.Hash, _used);
            _used += size;
            _count++;
        }
        Volatile.Write(ref _isWriting, 0);
    }

    /// <summary>Publishes an entry: a reader that sees the slot sees all of it.</summary>
    private static void Insert(uint[] slots, ulong hash, int place)
    {
        uint at = (uint)hash;
        while (slots[at & (uint)(slots.Length - 1)] != 0)
            at++;
        uint tag = (uint)(hash >> 32) >> PlaceBits << PlaceBits;
        Volatile.Write(ref slots[at & (uint)(slots.Length - 1)], tag | (uint)place);
    }

    private bool MakeRoom(int size)
    {
        bool isFull = _used + size > _table.Units.Length, isCrowded = 2 * (_count + 1) > _table.Slots.Length;
        if (!isFull && !isCrowded)
            return true;
        if (isFull && _table.Units.Length == MostUnits)
            return false;
        ulong[] units = _table.Units;
        uint[] slots = new uint[_table.Slots.Length * (isCrowded ? 2 : 1)];
        if (isFull)
            Array.Resize(ref units, units.Length * 2);
        if (isCrowded)
        {
            // Where a slot goes depends on bits of the hash that it does not have.
            for (int place = 1; place < _used;)
                place += Reinsert(units, place, slots);
        }
        else
            _table.Slots.CopyTo(slots, 0);
        Volatile.Write(ref _table, new Table(slots, units));
        return true;
    }

    /// <summary>Enters what is at a place into new slots; returns its size.</summary>
    private static int Reinsert(ulong[] units, int place, uint[] slots)
    {
        int length = (int)units[place] & 0xFF, ids = (int)(units[place] >> 8) & 0xFF, steps = (int)(units[place] >> 16) & 0xFF;
        int textUnits = WordKey.UnitCount(length);
        WordKey word = WordKey.Read(MemoryMarshal.Cast<ulong, char>(units.AsSpan(place + 1, textUnits))[..length]);
        Insert(slots, word.Hash, place);
        return 1 + textUnits + (ids + 1) / 2 + steps;
    }
}
