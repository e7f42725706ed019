using System.Runtime.CompilerServices;
using System.Text;

namespace AlbertNative.Tokenization.SentencePiece;

/// <summary>
/// Every character that begins a string of a charsmap, and every one that stands later in one: what is in
/// neither set passes through normalisation untouched. Finding them walks the whole trie, which also proves it
/// sound. Only the Basic Multilingual Plane is told apart.
/// </summary>
internal sealed class CharsMapStarts
{
    /// <summary>Real maps have keys of up to 4 characters; a trie with a loop would have endless ones.</summary>
    private const int LongestKey = 64;

    /// <summary>The longest replacement that real maps have is one of 33 bytes.</summary>
    private const int LongestReplacement = 256;

    /// <summary>A trie is walked over each unit once, but for tails that keys share.</summary>
    private const long StepsPerUnit = 512;

    private readonly ulong[] _first = new ulong[0x10000 / 64];
    private readonly ulong[] _later = new ulong[0x10000 / 64];

    private long _stepsLeft;

    private CharsMapStarts()
    {
    }

    /// <summary>Whether a string of the map begins with the character.</summary>
    public bool IsFirst(char c) => (_first[c >> 6] & (1UL << (c & 63))) != 0;

    /// <summary>Whether a string of the map has the character after its first.</summary>
    public bool IsLater(char c) => (_later[c >> 6] & (1UL << (c & 63))) != 0;

    /// <summary>Walks the trie along all of UTF-8.</summary>
    /// <exception cref="FormatException">A key or a value is not what it should be.</exception>
    public static CharsMapStarts Find(DartsArray trie, ReadOnlySpan<byte> replacements)
    {
        CharsMapStarts starts = new() { _stepsLeft = StepsPerUnit * (trie.Count + 256L) };
        new Walk(starts, trie, replacements, new byte[trie.Count + 256]).Characters(trie.Root, depth: 0);
        return starts;
    }

    /// <summary>
    /// The walk. Keys may share their tails, so each node between characters is walked once, and remembered with
    /// the number of characters below it.
    /// </summary>
    private readonly ref struct Walk(CharsMapStarts starts, DartsArray trie, ReadOnlySpan<byte> replacements, byte[] heights)
    {
        private const byte Unknown = 0;
        private const byte Walking = byte.MaxValue;

        private readonly ReadOnlySpan<byte> _replacements = replacements;

        /// <summary>Follows every character from a node; returns the most characters that a key has below it.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public int Characters(int node, int depth)
        {
            if ((uint)node >= (uint)heights.Length)
                return 0;
            if (heights[node] == Unknown && depth < LongestKey)
            {
                heights[node] = Walking;
                int height = 0, nul = node;
                // A unit that is not in use is all zero.
                if (trie.Step(ref nul, 0, out bool isKey) && (isKey || nul != node))
                    throw new FormatException("a key of the precompiled_charsmap has U+0000 in it");
                CountSteps(256);
                for (int lead = 1; lead <= 0xF4; lead++)
                {
                    int next = node;
                    if (trie.Step(ref next, (byte)lead, out bool ends))
                        height = Math.Max(height, Continue(next, ends, lead, depth));
                }
                heights[node] = (byte)(height + 1);
            }
            if (heights[node] is Unknown or Walking || depth + heights[node] > LongestKey)
                throw new FormatException($"a key of the precompiled_charsmap has more than {LongestKey} characters");
            return heights[node] - 1;
        }

        private int Continue(int node, bool ends, int lead, int depth) => lead switch
        {
            < 0x80 => End(node, ends, lead, depth),
            < 0xC2 => 0,
            < 0xE0 => Trail(node, ends, lead & 0x1F, 1, depth),
            < 0xF0 => Trail(node, ends, lead & 0x0F, 2, depth),
            _ => Trail(node, ends, lead & 0x07, 3, depth),
        };

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private int Trail(int node, bool ends, int bits, int left, int depth)
        {
            if (ends)
                throw new FormatException("a key of the precompiled_charsmap ends inside a character");
            int height = 0;
            CountSteps(64);
            for (int b = 0x80; b < 0xC0; b++)
            {
                int next = node;
                if (!trie.Step(ref next, (byte)b, out bool nextEnds))
                    continue;
                int value = (bits << 6) | (b & 0x3F);
                height = Math.Max(height, left > 1
                    ? Trail(next, nextEnds, value, left - 1, depth)
                    : End(next, nextEnds, value, depth));
            }
            return height;
        }

        private int End(int node, bool ends, int codePoint, int depth)
        {
            if (!Rune.IsValid(codePoint))
                return 0;
            if (codePoint <= char.MaxValue)
                (depth == 0 ? starts._first : starts._later)[codePoint >> 6] |= 1UL << (codePoint & 63);
            if (ends)
                CheckValue(trie.Value(node));
            return 1 + Characters(node, depth + 1);
        }

        private void CountSteps(int count)
        {
            starts._stepsLeft -= count;
            if (starts._stepsLeft < 0)
                throw new FormatException("the keys of the precompiled_charsmap are far more than its trie has units");
        }

        private void CheckValue(int value)
        {
            if ((uint)value >= (uint)_replacements.Length)
            {
                throw new FormatException(
                    $"a value of the precompiled_charsmap is {value}, there are {_replacements.Length} bytes of replacements");
            }
            if ((_replacements[value] & 0xC0) == 0x80)
                throw new FormatException($"a value of the precompiled_charsmap, {value}, is inside a character");
            ReadOnlySpan<byte> start = _replacements.Slice(value, Math.Min(LongestReplacement + 1, _replacements.Length - value));
            if (!start.Contains((byte)0))
                throw new FormatException($"a replacement of the precompiled_charsmap has more than {LongestReplacement} bytes");
        }
    }
}
