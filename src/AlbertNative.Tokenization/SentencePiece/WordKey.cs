using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace AlbertNative.Tokenization.SentencePiece;

/// <summary>A word of a text, up to a space, ready to be looked up: found, hashed and compared 16 characters at a time.</summary>
internal ref struct WordKey
{
    /// <summary>The longest word that can be looked up, in UTF-16 units.</summary>
    public const int LongestWord = 3 * Lane;

    /// <summary>Units of 64 bits in which 16 characters are kept.</summary>
    public const int UnitsPerLane = 4;

    private const int Lane = 16;

    private Vector256<ushort> _first;

    /// <summary>The word; the rest of it, however long, where it cannot be looked up.</summary>
    public ReadOnlySpan<char> Text { get; private set; }

    /// <summary>Its hash.</summary>
    public ulong Hash { get; private set; }

    /// <summary>Reads the word that a text begins with.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordKey Read(ReadOnlySpan<char> text)
    {
        if (text.Length < Lane)
            return ReadLast(text);
        Vector256<ushort> characters = Vector256.LoadUnsafe(ref Unsafe.As<char, ushort>(ref MemoryMarshal.GetReference(text)));
        uint spaces = Vector256.Equals(characters, Vector256.Create((ushort)' ')).ExtractMostSignificantBits();
        return spaces == 0 ? ReadLong(text) : Short(text, characters, BitOperations.TrailingZeroCount(spaces));
    }

    /// <summary>Whether units that <see cref="Write"/> filled hold the same word.</summary>
    /// <param name="units">The units.</param>
    /// <param name="length">The length of the word in them.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool IsIn(ReadOnlySpan<ulong> units, int length)
    {
        if (length != Text.Length)
            return false;
        if (length > Lane)
            return MemoryMarshal.Cast<ulong, char>(units)[..length].SequenceEqual(Text);
        return Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(units)).AsUInt16() == _first;
    }

    /// <summary>Units that a word of a length takes.</summary>
    public static int UnitCount(int length) => (length + Lane - 1) / Lane * UnitsPerLane;

    /// <summary>Writes the word, padded with NUL.</summary>
    public readonly void Write(Span<ulong> units)
    {
        units.Clear();
        Text.CopyTo(MemoryMarshal.Cast<ulong, char>(units));
    }

    private static WordKey Short(ReadOnlySpan<char> text, Vector256<ushort> characters, int length)
    {
        characters &= Vector256.LessThan(Vector256<ushort>.Indices, Vector256.Create((ushort)length));
        return new WordKey { Text = text[..length], _first = characters, Hash = Mix(characters, (ulong)length) };
    }

    /// <summary>A text that is shorter than a vector cannot be loaded as one.</summary>
    private static WordKey ReadLast(ReadOnlySpan<char> text)
    {
        int space = text.IndexOf(' ');
        text = space < 0 ? text : text[..space];
        return Short(text, Pad(text), text.Length);
    }

    private static WordKey ReadLong(ReadOnlySpan<char> text)
    {
        int space = text.IndexOf(' ');
        text = space < 0 ? text : text[..space];
        ulong hash = (ulong)text.Length;
        if (text.Length <= LongestWord)
        {
            for (ReadOnlySpan<char> rest = text; !rest.IsEmpty; rest = rest[Math.Min(Lane, rest.Length)..])
                hash = Mix(Pad(rest[..Math.Min(Lane, rest.Length)]), hash);
        }
        return new WordKey { Text = text, Hash = hash, _first = text.Length <= Lane ? Pad(text) : default };
    }

    private static Vector256<ushort> Pad(ReadOnlySpan<char> text)
    {
        Span<char> padded = stackalloc char[Lane];
        padded.Clear();
        text.CopyTo(padded);
        return Vector256.Create(MemoryMarshal.Cast<char, ushort>(padded));
    }

    /// <summary>Two 64 by 64 bit products, folded.</summary>
    private static ulong Mix(Vector256<ushort> characters, ulong seed)
    {
        Vector256<ulong> units = characters.AsUInt64();
        ulong a = Math.BigMul(units[0] ^ seed ^ 0x9E3779B97F4A7C15, units[1] ^ 0xD6E8FEB86659FD93, out ulong aLow);
        ulong b = Math.BigMul(units[2] ^ 0xA0761D6478BD642F, units[3] ^ seed ^ 0xE7037ED1A0B428DB, out ulong bLow);
        ulong hash = a ^ aLow ^ BitOperations.RotateLeft(b ^ bLow, 29);
        return hash * 0x9E3779B97F4A7C15;
    }
}
