using System.Collections;

namespace AlbertNative.Tokenization;

/// <summary>A text cut into windows of equal length that share tokens with their neighbours.</summary>
/// <param name="Tokens">The tokens of the text.</param>
/// <param name="Length">The tokens of a window, the last one's may be fewer.</param>
/// <param name="Stride">The tokens that neighbours share.</param>
internal readonly record struct WindowCut(int Tokens, int Length, int Stride)
{
    /// <summary>The number of windows. Where nothing fits into one, the whole text is a second.</summary>
    public int Count => Length >= Tokens ? 1 : Length == 0 ? 2 : 1 + (Tokens - Length + Step - 1) / Step;

    private int Step => Stride < Length
        ? Length - Stride
        : throw new ArgumentException($"A stride of {Stride} leaves no progress in windows of {Length} tokens.");

    /// <summary>Where a window starts, and how many tokens it has.</summary>
    public (int Start, int Count) this[int index]
    {
        get
        {
            if (index == 0)
                return (0, Math.Min(Length, Tokens));
            int start = Length == 0 ? 0 : index * Step;
            return (start, Length == 0 ? Tokens : Math.Min(Length, Tokens - start));
        }
    }
}

/// <summary>
/// The windows after the first of a truncated text or pair, each made when it is asked for from one copy of the tokens.
/// </summary>
/// <remarks>
/// Where both sides were cut, every window of the first meets every window of the second, in the order of the Rust
/// tokenizers: the later windows of the first side come before those of the first window.
/// </remarks>
internal sealed class OverflowWindows : IReadOnlyList<Encoding>
{
    private readonly EncodingAssembly _assembly;
    private readonly WindowCut _firstCut;
    private readonly WindowCut _secondCut;
    private readonly EncodedTokens _first;
    private readonly EncodedTokens? _second;

    /// <summary>Copies the tokens.</summary>
    /// <param name="assembly">Makes the windows.</param>
    /// <param name="first">The first text.</param>
    /// <param name="firstCut">How it is cut.</param>
    /// <param name="second">The second text, or null.</param>
    /// <param name="secondCut">How it is cut.</param>
    /// <exception cref="ArgumentException">The stride leaves no progress, or there are more than 2^31 windows.</exception>
    public OverflowWindows(
        EncodingAssembly assembly, TokenBuffer first, WindowCut firstCut, TokenBuffer? second, WindowCut secondCut)
    {
        _assembly = assembly;
        (_firstCut, _secondCut) = (firstCut, secondCut);
        long count = (long)firstCut.Count * secondCut.Count - 1;
        Count = count <= int.MaxValue
            ? (int)count
            : throw new ArgumentException($"The two texts make {count} windows; only one of them may be truncated with a stride.");
        _first = Copy(first.All);
        _second = second is null ? null : Copy(second.All);
    }

    public int Count { get; }

    public Encoding this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            int later = (_firstCut.Count - 1) * _secondCut.Count;
            (int left, int right) = index < later
                ? (1 + index / _secondCut.Count, index % _secondCut.Count)
                : (0, 1 + index - later);
            TokenStretch second = _second is EncodedTokens tokens ? Stretch(tokens, _secondCut[right]) : default;
            return _assembly.Make(Stretch(_first, _firstCut[left]), second, _second is not null, isTruncated: true, []);
        }
    }

    public IEnumerator<Encoding> GetEnumerator()
    {
        for (int i = 0; i < Count; i++)
            yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static EncodedTokens Copy(TokenStretch tokens) => new(
        tokens.Ids.ToArray(), [], tokens.Spans.ToArray(), tokens.Words.ToArray(), [], tokens.Surfaces.ToArray());

    private static TokenStretch Stretch(in EncodedTokens tokens, (int Start, int Count) window) =>
        new TokenStretch(tokens.Ids, tokens.Spans, tokens.WordIndices, tokens.Surfaces).Slice(window.Start, window.Count);
}
