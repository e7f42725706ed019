using AlbertNative.Tokenization.Slow;
using AlbertNative.Tokenization.Unicode;

namespace AlbertNative.Tokenization.SentencePiece;

/// <summary>
/// Everything that one encoding call writes to on its way. Each thread keeps those it has used, so that a call
/// allocates nothing once one of its kind has been made; one that grew beyond a large text's needs is let go.
/// </summary>
internal sealed class EncodeScratch
{
    /// <summary>Texts up to about a million characters leave their buffers to the next.</summary>
    private const int LargestKept = 1 << 21;

    [ThreadStatic]
    private static EncodeScratch? _spare;

    private EncodeScratch? _nextSpare;
    private char[] _repaired = [];

    private EncodeScratch()
    {
    }

    /// <summary>The lower-cased text in which added tokens are looked for, where there are any.</summary>
    public NormalizedText Lowered { get; } = new();

    /// <summary>What the ALBERT tokenizer gives to SentencePiece.</summary>
    public NormalizedText Prepared { get; } = new();

    /// <summary>The text as SentencePiece normalises it.</summary>
    public NormalizedText Normalized { get; } = new();

    /// <summary>Its segmentation.</summary>
    public SegmentBuffer Segments { get; } = new();

    /// <summary>The lower-cased text's added tokens and what is between them.</summary>
    public List<TextPart> Parts { get; } = [];

    /// <summary>A scratch of this thread; give it back with <see cref="Return"/>.</summary>
    public static EncodeScratch Rent()
    {
        EncodeScratch scratch = _spare ?? new EncodeScratch();
        _spare = scratch._nextSpare;
        scratch._nextSpare = null;
        return scratch;
    }

    /// <summary>Gives the scratch back to its thread.</summary>
    public void Return()
    {
        if (Math.Max(Normalized.Capacity, Prepared.Capacity) > LargestKept)
            return;
        _nextSpare = _spare;
        _spare = this;
    }

    /// <summary>The text with U+FFFD for every surrogate without its other half: of the same length.</summary>
    public ReadOnlySpan<char> WithoutLoneSurrogates(ReadOnlySpan<char> text)
    {
        if (!text.ContainsAny(CharRanges.Surrogates))
            return text;
        if (_repaired.Length < text.Length)
            _repaired = new char[text.Length];
        text.CopyTo(_repaired);
        Span<char> repaired = _repaired.AsSpan(0, text.Length);
        for (int i = 0; i < repaired.Length; i++)
        {
            if (!char.IsSurrogate(repaired[i]))
                continue;
            if (i + 1 < repaired.Length && char.IsSurrogatePair(repaired[i], repaired[i + 1]))
                i++;
            else
                repaired[i] = '\uFFFD';
        }
        return repaired;
    }
}
