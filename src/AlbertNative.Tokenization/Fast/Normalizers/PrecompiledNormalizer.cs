using System.Text;
using AlbertNative.Tokenization.SentencePiece;
using AlbertNative.Tokenization.Unicode;

namespace AlbertNative.Tokenization.Fast.Normalizers;

/// <summary>
/// SentencePiece's character map, applied as the Rust tokenizers do: to grapheme clusters of less than six UTF-8 bytes
/// as a whole, where the shortest entry that begins one replaces all of it, else to each character in the same way.
/// </summary>
/// <param name="map">The character map.</param>
internal sealed class PrecompiledNormalizer(CharsMap map) : Normalizer
{
    private const int LongestCluster = 5;

    /// <summary>The character map.</summary>
    public CharsMap Map { get; } = map;

    public override string ToString() => "Precompiled";

    public override void Apply(AlignedText text)
    {
        int from = NextChange(text.Chars);
        if (from < text.Length)
            new Rewriter(text, Map, from).Run();
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

    /// <summary>The start of the first cluster that changes.</summary>
    private int NextChange(ReadOnlySpan<char> chars)
    {
        for (int i = 0; i < chars.Length;)
        {
            // An ASCII character before another is a cluster, save for CR.
            bool isAlone = i + 1 < chars.Length && char.IsAscii(chars[i]) && char.IsAscii(chars[i + 1]) && chars[i] != '\r';
            int end = isAlone ? i + 1 : GraphemeClusters.NextBoundary(chars, i);
            // What no entry begins with stays, whatever follows it in its cluster.
            if ((end - i > 1 || Map.Starts.IsFirst(chars[i])) && Changes(chars[i..end]))
                return i;
            i = end;
        }
        return chars.Length;
    }

    private bool Changes(ReadOnlySpan<char> cluster)
    {
        if (IsShort(cluster) && Map.TryMatchShortest(cluster, out _))
            return true;
        for (int i = 0, length; i < cluster.Length; i += length)
        {
            CodePoints.Read(cluster, i, out length);
            if (Map.TryMatchShortest(cluster.Slice(i, length), out _))
                return true;
        }
        return false;
    }

    private static bool IsShort(ReadOnlySpan<char> cluster) =>
        // Each UTF-16 unit takes at least one byte.
        cluster.Length <= LongestCluster && System.Text.Encoding.UTF8.GetByteCount(cluster) <= LongestCluster;

    /// <summary>
    /// One pass over a text. A removal is told to the character written before it, as in the reference; where there is
    /// none yet it is lost, and every span from there on belongs to an earlier character.
    /// </summary>
    private ref struct Rewriter(AlignedText text, CharsMap map, int from)
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
            for (int i = from, end; i < _chars.Length; i = end)
            {
                end = GraphemeClusters.NextBoundary(_chars, i);
                Rewrite(_chars[i..end]);
            }
            Flush();
            text.NoteShift();
            text.Commit();
        }

        private void Rewrite(ReadOnlySpan<char> cluster)
        {
            if (IsShort(cluster) && map.TryMatchShortest(cluster, out ReadOnlySpan<byte> replacement))
            {
                int count = 0;
                foreach (char c in cluster)
                    count += char.IsLowSurrogate(c) ? 0 : 1;
                Replace(count, replacement);
                return;
            }
            for (int i = 0, length; i < cluster.Length; i += length)
            {
                int codePoint = CodePoints.Read(cluster, i, out length);
                if (map.TryMatchShortest(cluster.Slice(i, length), out replacement))
                    Replace(1, replacement);
                else
                    Push(codePoint, 0);
            }
        }

        private void Replace(int oldCount, ReadOnlySpan<byte> replacement)
        {
            int newCount = 0;
            for (; !replacement.IsEmpty; newCount++)
            {
                Rune.DecodeFromUtf8(replacement, out Rune rune, out int length);
                Push(rune.Value, newCount < oldCount ? 0 : 1);
                replacement = replacement[length..];
            }
            if (newCount < oldCount && _pending >= 0)
                _pendingChange += newCount - oldCount;
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
    }
}
