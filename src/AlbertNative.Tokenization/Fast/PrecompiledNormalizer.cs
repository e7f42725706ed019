using System.Text;
using AlbertNative.Tokenization.Unicode;

namespace AlbertNative.Tokenization.Fast;

/// <summary>
/// SentencePiece's character map, applied as the Rust tokenizers do: to grapheme clusters of less than six UTF-8 bytes
/// as a whole, where the shortest entry that begins one replaces all of it, else to each character in the same way.
/// </summary>
/// <param name="map">The character map.</param>
internal sealed class PrecompiledNormalizer(PrecompiledCharsmap map) : Normalizer
{
    private const int LongestCluster = 5;

    // No entry but one's own can begin a single ASCII character, so one bit says whether it stays.
    private readonly UInt128 _changedAscii = ChangedAscii(map);

    public override void Apply(AlignedText text)
    {
        int from = NextChange(text.Chars, 0);
        if (from == text.Length)
            return;
        Rewriter rewriter = new(text, map, from);
        rewriter.Run();
    }

    public override Coupling CouplingOf(ReadOnlySpan<char> chars)
    {
        GraphemeBreak first = UnicodeData.GraphemeBreak(CodePoints.Read(chars, 0, out _));
        GraphemeBreak last = UnicodeData.GraphemeBreak(CodePoints.ReadBefore(chars, chars.Length, out _));
        Coupling start = first switch
        {
            GraphemeBreak.Other or GraphemeBreak.Control or GraphemeBreak.LF => Coupling.None,
            GraphemeBreak.Extend or GraphemeBreak.ZWJ or GraphemeBreak.SpacingMark => Coupling.Before,
            _ => Coupling.Kin,
        };
        return start | (last is GraphemeBreak.Prepend or GraphemeBreak.CR ? Coupling.After : Coupling.None);
    }

    /// <summary>The start of the first cluster that may change.</summary>
    private int NextChange(ReadOnlySpan<char> chars, int from)
    {
        for (int i = from; i < chars.Length;)
        {
            int end = GraphemeClusters.NextBoundary(chars, i);
            if (end - i > 1 || chars[i] >= 0x80 || (_changedAscii >> chars[i] & 1) != 0)
            {
                if (Changes(chars[i..end]))
                    return i;
            }
            i = end;
        }
        return chars.Length;
    }

    private bool Changes(ReadOnlySpan<char> cluster)
    {
        if (Whole(map, cluster) is not null)
            return true;
        for (int i = 0; i < cluster.Length;)
        {
            if (Single(map, CodePoints.Read(cluster, i, out int length)) is not null)
                return true;
            i += length;
        }
        return false;
    }

    private static UInt128 ChangedAscii(PrecompiledCharsmap map)
    {
        UInt128 changed = 0;
        for (int c = 0; c < 0x80; c++)
        {
            if (Single(map, c) is not null)
                changed |= UInt128.One << c;
        }
        return changed;
    }

    private static string? Whole(PrecompiledCharsmap map, ReadOnlySpan<char> cluster)
    {
        // Each UTF-16 unit takes at least one byte.
        if (cluster.Length > LongestCluster)
            return null;
        Span<byte> utf8 = stackalloc byte[3 * LongestCluster];
        int length = System.Text.Encoding.UTF8.GetBytes(cluster, utf8);
        return length <= LongestCluster ? map.OfShortestPrefix(utf8[..length]) : null;
    }

    private static string? Single(PrecompiledCharsmap map, int codePoint)
    {
        Span<byte> utf8 = stackalloc byte[4];
        return map.OfShortestPrefix(utf8[..new Rune(codePoint).EncodeToUtf8(utf8)]);
    }

    /// <summary>
    /// One pass over a text. A removal is told to the character written before it, as in the reference; where there is
    /// none yet it is lost, and every span from there on belongs to an earlier character.
    /// </summary>
    private ref struct Rewriter(AlignedText text, PrecompiledCharsmap map, int from)
    {
        private readonly ReadOnlySpan<char> _chars = text.Chars;
        private int _pending = -1;
        private int _pendingChange;

        public void Run()
        {
            text.Begin();
            if (from > 0)
            {
                // The last character before the first change may still be told of a removal.
                _pending = CodePoints.ReadBefore(_chars, from, out int length);
                text.CopyTo(from - length);
            }
            for (int i = from; i < _chars.Length;)
            {
                int end = GraphemeClusters.NextBoundary(_chars, i);
                Cluster(_chars[i..end]);
                i = end;
            }
            Flush();
            text.NoteShift();
            text.Commit();
        }

        private void Cluster(ReadOnlySpan<char> cluster)
        {
            if (Whole(map, cluster) is string whole)
            {
                Replace(Characters(cluster), whole);
                return;
            }
            for (int i = 0; i < cluster.Length;)
            {
                int codePoint = CodePoints.Read(cluster, i, out int length);
                if (Single(map, codePoint) is string single)
                    Replace(1, single);
                else
                    Push(codePoint, 0);
                i += length;
            }
        }

        private void Replace(int oldCount, string replacement)
        {
            int newCount = Characters(replacement), added = newCount - oldCount, index = 0;
            for (int i = 0; i < replacement.Length; index++)
            {
                int codePoint = CodePoints.Read(replacement, i, out int length);
                Push(codePoint, index >= newCount - added ? 1 : 0);
                i += length;
            }
            if (added < 0 && _pending >= 0)
                _pendingChange += added;
        }

        private void Push(int codePoint, int change)
        {
            Flush();
            _pending = codePoint;
            _pendingChange = change;
        }

        private readonly void Flush()
        {
            if (_pending >= 0)
                text.Put(_pending, _pendingChange);
        }

        private static int Characters(ReadOnlySpan<char> chars)
        {
            int count = 0;
            foreach (char c in chars)
                count += char.IsLowSurrogate(c) ? 0 : 1;
            return count;
        }
    }
}
