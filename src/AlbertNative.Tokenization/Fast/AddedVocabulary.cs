using System.Buffers;
using AlbertNative.Tokenization.Tries;
using AlbertNative.Tokenization.Unicode;

namespace AlbertNative.Tokenization.Fast;

/// <summary>An added token and its id.</summary>
/// <param name="Token">How it is written and found.</param>
/// <param name="Id">Its id.</param>
internal readonly record struct AddedEntry(AddedToken Token, int Id);

/// <summary>
/// Finds added tokens in a text: the leftmost of them, of several at one place the longest. Immutable.
/// </summary>
internal sealed class AddedVocabulary
{
    private readonly PieceTrie? _trie;
    private readonly SearchValues<char> _firstUnits;
    private readonly AddedEntry[] _entries;

    /// <summary>Indexes tokens.</summary>
    /// <param name="entries">The tokens.</param>
    /// <param name="patterns">What each of them looks like in the text, not empty; of equal ones the first counts.</param>
    /// <exception cref="FormatException">They are too many.</exception>
    public AddedVocabulary(AddedEntry[] entries, string[] patterns)
    {
        foreach (string pattern in patterns)
            AddedTokenLimits.CheckLength(pattern);
        _entries = entries;
        _trie = StringTrie.Build(patterns, lastCounts: false);
        _firstUnits = SearchValues.Create([.. patterns.Select(pattern => pattern[0]).Distinct()]);
    }

    /// <summary>A found token, with the white space that it takes.</summary>
    /// <param name="Start">Index of its first unit.</param>
    /// <param name="End">Index after its last unit.</param>
    /// <param name="Id">Its id.</param>
    public readonly record struct Match(int Start, int End, int Id);

    /// <summary>Whether there are none.</summary>
    public bool IsEmpty => _entries.Length == 0;

    /// <summary>The next token in <paramref name="text"/>, or an id of -1.</summary>
    /// <param name="text">The text.</param>
    /// <param name="from">Where to start looking; moves behind what was found, not counting white space.</param>
    /// <param name="taken">Where what earlier matches have taken ends.</param>
    public Match Next(ReadOnlySpan<char> text, ref int from, int taken)
    {
        while (_trie is not null && from < text.Length)
        {
            int skipped = text[from..].IndexOfAny(_firstUnits);
            if (skipped < 0)
                break;
            int start = from + skipped;
            int length = _trie.LongestPrefix(text[start..]);
            from = start + Math.Max(length, 1);
            if (length == 0)
                continue;
            int end = start + length;
            AddedEntry entry = _entries[_trie.Find(text.Slice(start, length))];
            AddedToken token = entry.Token;
            if (token.SingleWord && !IsWord(text, start, end))
                continue;
            if (token.LeftStrip)
            {
                while (start > taken && UnicodeData.IsWhiteSpace(text[start - 1]))
                    start--;
            }
            if (token.RightStrip)
            {
                // White space that an earlier token took reaches to the end of what it took.
                end = start < taken ? Math.Max(end, taken) : end;
                while (end < text.Length && UnicodeData.IsWhiteSpace(text[end]))
                    end++;
            }
            return new Match(start, end, entry.Id);
        }
        return new Match(text.Length, text.Length, -1);
    }

    private static bool IsWord(ReadOnlySpan<char> text, int start, int end) =>
        (start == 0 || !WordCharacters.Contains(CodePoints.ReadBefore(text, start, out _)))
        && (end == text.Length || !WordCharacters.Contains(CodePoints.Read(text, end, out _)));
}
