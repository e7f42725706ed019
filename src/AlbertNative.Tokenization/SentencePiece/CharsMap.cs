using System.Text;

namespace AlbertNative.Tokenization.SentencePiece;

/// <summary>
/// SentencePiece's <c>precompiled_charsmap</c>: strings of one or a few characters and what normalisation replaces
/// them by. At each position the longest string that matches wins.
/// </summary>
internal sealed class CharsMap
{
    private readonly DartsArray _trie;
    private readonly ReadOnlyMemory<byte> _replacements;

    private CharsMap(DartsArray trie, ReadOnlyMemory<byte> replacements, CharsMapStarts starts)
    {
        _trie = trie;
        _replacements = replacements;
        Starts = starts;
    }

    /// <summary>Which characters begin a string of the map, and which go on one.</summary>
    public CharsMapStarts Starts { get; }

    /// <summary>Reads a map and checks it whole.</summary>
    /// <param name="blob">A little-endian 32-bit size, that many bytes of trie, NUL-terminated replacements.</param>
    /// <exception cref="FormatException">It is malformed.</exception>
    public static CharsMap? Parse(ReadOnlyMemory<byte> blob)
    {
        if (blob.IsEmpty)
            return null;
        if (blob.Length <= sizeof(uint))
            throw new FormatException($"the precompiled_charsmap has {blob.Length} bytes, expected more than 4");
        uint trieSize = System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(blob.Span);
        ReadOnlyMemory<byte> rest = blob[sizeof(uint)..];
        if (trieSize >= rest.Length)
        {
            throw new FormatException(
                $"the precompiled_charsmap says its trie has {trieSize} bytes, {rest.Length} are left");
        }
        ReadOnlyMemory<byte> replacements = rest[(int)trieSize..];
        if (!System.Text.Unicode.Utf8.IsValid(replacements.Span))
            throw new FormatException("the replacements of the precompiled_charsmap are not valid UTF-8");
        if (replacements.Span[^1] != 0)
            throw new FormatException("the last replacement of the precompiled_charsmap is not terminated");
        DartsArray trie = DartsArray.Read(rest.Span[..(int)trieSize]);
        return new CharsMap(trie, replacements, CharsMapStarts.Find(trie, replacements.Span));
    }

    /// <summary>A map's bytes without some of its strings, those that are in it.</summary>
    /// <param name="blob">A sound map.</param>
    /// <param name="strings">The strings to take out.</param>
    public static byte[] Without(ReadOnlySpan<byte> blob, IEnumerable<string> strings)
    {
        byte[] copy = blob.ToArray();
        int trieSize = (int)System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(blob);
        Span<byte> units = copy.AsSpan(sizeof(uint), trieSize);
        DartsArray trie = DartsArray.Read(units);
        foreach (string text in strings)
            trie.Remove(units, System.Text.Encoding.UTF8.GetBytes(text));
        return copy;
    }

    /// <summary>Whether the character is in any replacement.</summary>
    public bool Produces(char c)
    {
        Span<byte> utf8 = stackalloc byte[3];
        return _replacements.Span.IndexOf(utf8[..new Rune(c).EncodeToUtf8(utf8)]) >= 0;
    }

    /// <summary>Finds the longest string of the map at the start of <paramref name="text"/>; none has a NUL.</summary>
    /// <param name="text">UTF-16 without lone surrogates.</param>
    /// <param name="replacement">What replaces it, in UTF-8.</param>
    /// <returns>Its length in UTF-16 units, or 0.</returns>
    public int Match(ReadOnlySpan<char> text, out ReadOnlySpan<byte> replacement)
    {
        Span<byte> utf8 = stackalloc byte[4];
        int node = _trie.Root, matched = 0, value = 0;
        for (int at = 0; at < text.Length;)
        {
            Rune.DecodeFromUtf16(text[at..], out Rune rune, out int length);
            bool ends = false;
            foreach (byte b in utf8[..rune.EncodeToUtf8(utf8)])
            {
                if (b == 0 || !_trie.Step(ref node, b, out ends))
                    goto Done;
            }
            at += length;
            if (ends)
                (matched, value) = (at, _trie.Value(node));
        }
    Done:
        replacement = matched == 0 ? default : Replacement(value);
        return matched;
    }

    /// <summary>
    /// Finds the shortest string of the map at the start of <paramref name="text"/>: what the Rust tokenizers take.
    /// A NUL ends the search.
    /// </summary>
    /// <param name="text">UTF-16 without lone surrogates.</param>
    /// <param name="replacement">What replaces it, in UTF-8.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryMatchShortest(ReadOnlySpan<char> text, out ReadOnlySpan<byte> replacement)
    {
        Span<byte> utf8 = stackalloc byte[4];
        int node = _trie.Root;
        replacement = default;
        for (int at = 0; at < text.Length;)
        {
            Rune.DecodeFromUtf16(text[at..], out Rune rune, out int length);
            foreach (byte b in utf8[..rune.EncodeToUtf8(utf8)])
            {
                if (b == 0 || !_trie.Step(ref node, b, out bool ends))
                    return false;
                if (!ends)
                    continue;
                replacement = Replacement(_trie.Value(node));
                return true;
            }
            at += length;
        }
        return false;
    }

    private ReadOnlySpan<byte> Replacement(int value)
    {
        ReadOnlySpan<byte> rest = _replacements.Span[value..];
        return rest[..rest.IndexOf((byte)0)];
    }
}
