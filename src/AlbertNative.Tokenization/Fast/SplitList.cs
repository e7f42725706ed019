namespace AlbertNative.Tokenization.Fast;

/// <summary>A stretch of an <see cref="AlignedText"/> that is tokenized by itself, or that is an added token already.</summary>
/// <param name="Start">Index of its first unit.</param>
/// <param name="End">Index after its last unit.</param>
/// <param name="TokenId">The added token's id, or -1.</param>
internal readonly record struct Split(int Start, int End, int TokenId)
{
    /// <summary>Whether it is an added token.</summary>
    public bool IsToken => TokenId >= 0;
}

/// <summary>
/// The splits of a text, in order. A pre-tokenizer writes new ones beside the old and then puts them in their place.
/// Scratch: grows, is reused, one thread at a time.
/// </summary>
internal sealed class SplitList
{
    private Split[] _splits = new Split[16];
    private Split[] _newSplits = new Split[16];
    private int _newCount;

    /// <summary>The number of splits.</summary>
    public int Count { get; private set; }

    /// <summary>The splits as they are now.</summary>
    public ReadOnlySpan<Split> Splits => _splits.AsSpan(0, Count);

    /// <summary>Starts over without any.</summary>
    public void Clear() => Count = _newCount = 0;

    /// <summary>Appends to the new ones, unless it is empty.</summary>
    public void Add(Split split)
    {
        if (split.Start == split.End)
            return;
        if (_newCount == _newSplits.Length)
            Array.Resize(ref _newSplits, _newCount * 2);
        _newSplits[_newCount++] = split;
    }

    /// <summary>Puts the new ones in the old ones' place.</summary>
    public void Commit()
    {
        (_splits, _newSplits) = (_newSplits, _splits);
        (Count, _newCount) = (_newCount, 0);
    }
}
