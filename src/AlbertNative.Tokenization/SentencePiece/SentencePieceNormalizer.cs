using System.Buffers;
using System.Text;

namespace AlbertNative.Tokenization.SentencePiece;

/// <summary>
/// SentencePiece's normaliser: user-defined symbols pass unchanged, the charsmap replaces, spaces collapse and
/// become <c>▁</c>, a dummy <c>▁</c> is added in front or, where white space is a suffix, at the end.
/// </summary>
/// <remarks>
/// What the input is cut into, a chunk, is a symbol, a match of the charsmap or one character. Nearly all
/// characters of real text are chunks of their own that turn into one other character whatever stands around
/// them; a table says which, and they are copied in a loop that knows nothing else. The table is filled as they
/// are met: most texts need few of the 65,536 entries.
/// </remarks>
internal sealed class SentencePieceNormalizer
{
    /// <summary>What stands for a space in pieces, U+2581.</summary>
    public const char SpaceSymbol = '\u2581';

    private readonly NormalizerSpec _spec;
    private readonly CharsMap? _charsMap;
    private readonly UnigramVocabulary? _symbols;
    private readonly SearchValues<char> _symbolStarts = SearchValues.Create("");
    private readonly SearchValues<char> _longSymbolStarts = SearchValues.Create("");
    private readonly bool _spaceIsSuffix;
    private readonly bool _spaceIsPlain;
    private readonly char _space;

    /// <summary>
    /// For each UTF-16 unit the one that it becomes, or NUL where that is not known yet, depends on what stands
    /// around it (spaces, units that may go on a chunk) or is not one unit. A unit that is not NUL may still begin
    /// a longer chunk, but only before one that <see cref="Joins"/>, whose entry is NUL.
    /// </summary>
    private readonly char[] _plain = new char[char.MaxValue + 1];

    /// <summary>Prepares the normaliser.</summary>
    /// <param name="spec">What it should do.</param>
    /// <param name="spaceIsSuffix">Whether the dummy space goes to the end.</param>
    /// <param name="symbols">Has the user-defined symbols; null where there are none.</param>
    /// <exception cref="FormatException">The charsmap is malformed.</exception>
    public SentencePieceNormalizer(NormalizerSpec spec, bool spaceIsSuffix, UnigramVocabulary? symbols)
    {
        _spec = spec;
        _charsMap = CharsMap.Parse(spec.PrecompiledCharsMap);
        if (symbols?.UserDefined() is { Count: > 0 } texts)
        {
            _symbols = symbols;
            _symbolStarts = SearchValues.Create([.. texts.Select(text => text[0])]);
            _longSymbolStarts = SearchValues.Create([.. texts.Where(text => text.Length > 1).Select(text => text[0])]);
        }
        _spaceIsSuffix = spaceIsSuffix;
        _space = spec.EscapeWhiteSpaces ? SpaceSymbol : ' ';
        _spaceIsPlain = !IsSymbolStart(' ') && _charsMap?.Starts.IsFirst(' ') != true;
    }

    /// <summary>A stretch of the input that is normalised as one, and what it becomes.</summary>
    private readonly ref struct Chunk(int length, ReadOnlySpan<char> unchanged, ReadOnlySpan<byte> replacement)
    {
        public int Length { get; } = length;

        /// <summary>Its output where that is the input.</summary>
        public ReadOnlySpan<char> Unchanged { get; } = unchanged;

        /// <summary>Its output in UTF-8 otherwise.</summary>
        public ReadOnlySpan<byte> Replacement { get; } = replacement;

        public bool IsSpace => Unchanged is " " || Replacement.SequenceEqual(" "u8);
    }

    /// <summary>
    /// Whether a text's words, what is between U+0020, are normalised as each would be by itself, one <c>▁</c> before
    /// every one; as long as none of them has a <c>▁</c> of its own or becomes empty or several.
    /// </summary>
    public bool TreatsWordsAlone =>
        _spec is { AddDummyPrefix: true, RemoveExtraWhiteSpaces: true, EscapeWhiteSpaces: true }
        && !_spaceIsSuffix && _spaceIsPlain && _charsMap?.Starts.IsLater(' ') != true && _charsMap?.Produces(SpaceSymbol) != true
        && _symbols?.UserDefined().Exists(text => text.AsSpan().ContainsAny(' ', SpaceSymbol)) != true;

    /// <summary>Normalises a text.</summary>
    /// <param name="text">UTF-16 without lone surrogates.</param>
    /// <param name="output">Where to; sources are indices into <paramref name="text"/>.</param>
    public void Normalize(ReadOnlySpan<char> text, NormalizedText output)
    {
        int at = 0;
        while (_spec.RemoveExtraWhiteSpaces && at < text.Length && ChunkAt(text, at) is { IsSpace: true } space)
            at += space.Length;
        if (at == text.Length)
        {
            output.End(at);
            return;
        }
        if (_spec.AddDummyPrefix && !_spaceIsSuffix)
            output.Append(_space, at);
        bool afterSpace = _spec.RemoveExtraWhiteSpaces;
        while (at < text.Length)
        {
            int plain = output.AppendMapped(text[at..], _plain, at);
            at += plain;
            if (at < text.Length && plain > 0 && Joins(text[at]))
            {
                output.Remove(1);
                plain--;
                at--;
            }
            afterSpace &= plain == 0;
            if (at < text.Length && !LearnPlain(text[at]))
                at += AppendChunk(text, at, output, ref afterSpace);
        }
        Finish(output, at);
    }

    private void Finish(NormalizedText output, int consumed)
    {
        if (_spec.RemoveExtraWhiteSpaces)
        {
            int spaces = output.Count - 1 - output.Text.LastIndexOfAnyExcept(_space);
            if (spaces > 0)
                consumed = output.Remove(spaces);
        }
        if (_spec.AddDummyPrefix && _spaceIsSuffix)
            output.Append(_space, consumed);
        output.End(consumed);
    }

    /// <summary>Normalises the chunk at <paramref name="at"/>; returns its length.</summary>
    private int AppendChunk(ReadOnlySpan<char> text, int at, NormalizedText output, ref bool afterSpace)
    {
        if (text[at] == ' ' && _spaceIsPlain)
        {
            if (!afterSpace)
                output.Append(_space, at);
            afterSpace = _spec.RemoveExtraWhiteSpaces;
            return 1;
        }
        Chunk chunk = ChunkAt(text, at);
        ReadOnlySpan<char> unchanged = chunk.Unchanged;
        ReadOnlySpan<byte> replacement = chunk.Replacement;
        while (afterSpace && unchanged is [' ', ..])
            unchanged = unchanged[1..];
        while (afterSpace && replacement is [(byte)' ', ..])
            replacement = replacement[1..];
        if (unchanged.IsEmpty && replacement.IsEmpty)
            return chunk.Length;
        afterSpace = _spec.RemoveExtraWhiteSpaces && (unchanged.EndsWith(' ') || replacement.EndsWith((byte)' '));
        foreach (char c in unchanged)
            output.Append(c == ' ' ? _space : c, at);
        while (!replacement.IsEmpty)
        {
            Rune.DecodeFromUtf8(replacement, out Rune rune, out int bytes);
            if (rune.Value == ' ')
                output.Append(_space, at);
            else
                output.Append(rune, at);
            replacement = replacement[bytes..];
        }
        return chunk.Length;
    }

    private Chunk ChunkAt(ReadOnlySpan<char> text, int at)
    {
        ReadOnlySpan<char> rest = text[at..];
        int length = _symbols is not null && IsSymbolStart(rest[0]) ? _symbols.LongestUserDefined(rest) : 0;
        if (length > 0)
            return new Chunk(length, rest[..length], default);
        if (_charsMap is not null)
        {
            length = _charsMap.Match(rest, out ReadOnlySpan<byte> replacement);
            if (length > 0)
                return new Chunk(length, default, replacement);
        }
        length = rest.Length > 1 && char.IsHighSurrogate(rest[0]) ? 2 : 1;
        return new Chunk(length, rest[..length], default);
    }

    private bool IsSymbolStart(char c) => _symbolStarts.Contains(c);

    /// <summary>Whether <paramref name="c"/> may belong to one chunk with the unit before it.</summary>
    private bool Joins(char c) => char.IsSurrogate(c) || _charsMap?.Starts.IsLater(c) == true;

    /// <summary>Enters a unit into the table where it belongs there; whether it does.</summary>
    private bool LearnPlain(char c)
    {
        if (c == ' ' || Joins(c) || _plain[c] != '\0')
            return false;
        char plain = PlainChunk([c]);
        _plain[c] = plain;
        return plain != '\0';
    }

    /// <summary>What a unit becomes that is a chunk, or NUL where it may begin a longer symbol or is not one unit afterwards.</summary>
    private char PlainChunk(ReadOnlySpan<char> unit)
    {
        Chunk chunk = ChunkAt(unit, 0);
        if (chunk.Replacement.IsEmpty)
            return chunk.Unchanged.IsEmpty || _longSymbolStarts.Contains(unit[0]) ? '\0' : unit[0];
        Rune.DecodeFromUtf8(chunk.Replacement, out Rune rune, out int bytes);
        bool isOneUnit = bytes == chunk.Replacement.Length && rune.IsBmp && rune.Value != ' ';
        return isOneUnit && !IsSymbolStart(unit[0]) ? (char)rune.Value : '\0';
    }
}
