namespace AlbertNative.Tokenization.Fast;

/// <summary>A token on its way into the result.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Span">The caller's text it stands for.</param>
/// <param name="Word">The index of its split.</param>
/// <param name="SurfaceStart">Where its own writing starts in the normalized text, where that is not its id's piece.</param>
/// <param name="SurfaceLength">The length of its own writing, or -1.</param>
internal readonly record struct FastToken(int Id, TextSpan Span, int Word, int SurfaceStart = 0, int SurfaceLength = -1)
{
    /// <summary>Whether it is written otherwise than its id's piece: unknown text, mostly.</summary>
    public bool HasSurface => SurfaceLength >= 0;
}

/// <summary>The tokens of one stretch of text. Scratch: grows, is reused, one thread at a time.</summary>
internal sealed class FastTokenList
{
    private FastToken[] _tokens = new FastToken[64];

    /// <summary>The number of tokens.</summary>
    public int Count { get; private set; }

    /// <summary>The tokens.</summary>
    public ReadOnlySpan<FastToken> Tokens => _tokens.AsSpan(0, Count);

    /// <summary>The tokens there is room for.</summary>
    public int Capacity => _tokens.Length;

    /// <summary>Starts over.</summary>
    public void Clear() => Count = 0;

    /// <summary>Appends a token.</summary>
    public void Add(in FastToken token)
    {
        if (Count == _tokens.Length)
            Array.Resize(ref _tokens, Count * 2);
        _tokens[Count++] = token;
    }

    /// <summary>Takes the tokens from <paramref name="count"/> on back.</summary>
    public void Truncate(int count) => Count = count;

    /// <summary>Turns the order of the tokens from <paramref name="first"/> on around.</summary>
    public void Reverse(int first) => _tokens.AsSpan(first, Count - first).Reverse();
}
