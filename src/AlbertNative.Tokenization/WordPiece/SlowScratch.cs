using AlbertNative.Tokenization.Fast;

namespace AlbertNative.Tokenization.WordPiece;

/// <summary>What the slow encoder writes to on its way. Each thread keeps one for its next call, unless it has become too large.</summary>
internal sealed class SlowScratch
{
    private const int LargestKept = 1 << 20;

    [ThreadStatic]
    private static SlowScratch? _spare;

    /// <summary>A stretch of text, cleaned and composed.</summary>
    public AlignedText Cleaned { get; } = new();

    /// <summary>Words out of it.</summary>
    public FastScratch Words { get; } = new();

    /// <summary>This thread's scratch, or a new one; give it back with <see cref="Return"/>.</summary>
    public static SlowScratch Rent()
    {
        SlowScratch scratch = _spare ?? new SlowScratch();
        _spare = null;
        return scratch;
    }

    /// <summary>Gives the scratch back to its thread.</summary>
    public void Return() => _spare = Words.IsOversized || Cleaned.Capacity > LargestKept ? null : this;
}
