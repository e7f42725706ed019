namespace AlbertNative.Tokenization;

/// <summary>
/// The tokens of one text while it is being encoded: parallel arrays that grow and are reused, so that
/// encoding allocates nothing once a thread has seen a text as long. One thread at a time.
/// </summary>
internal sealed class TokenBuffer
{
    /// <summary>Texts up to about a million tokens leave their buffers to the next.</summary>
    private const int LargestKept = 1 << 20;

    [ThreadStatic]
    private static TokenBuffer? _spare;

    private int[] _ids = new int[256];
    private TextSpan[] _spans = [];
    private int[] _words = [];
    private string?[] _surfaces = [];
    private TokenBuffer? _nextSpare;
    private int _enough;
    private CancellationToken _cancellationToken;

    private TokenBuffer()
    {
    }

    /// <summary>Whether spans, word indices and surfaces are wanted beside the ids.</summary>
    public bool WithDetails { get; private set; }

    /// <summary>The number of tokens.</summary>
    public int Count { get; private set; }

    /// <summary>Whether these are all tokens of the text, none having been left out because there were enough.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>Whether less than the whole text may be enough.</summary>
    public bool IsLimited => _enough != int.MaxValue;

    /// <summary>The ids so far.</summary>
    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, Count);

    /// <summary>The spans in the text, where details are wanted.</summary>
    public Span<TextSpan> Spans => _spans.AsSpan(0, Count);

    /// <summary>The index of each token's word in its text, where details are wanted.</summary>
    public Span<int> Words => _words.AsSpan(0, Count);

    /// <summary>What a token is written as where that is not its id's token (fast: unknown words), else null.</summary>
    public ReadOnlySpan<string?> Surfaces => _surfaces.AsSpan(0, Count);

    /// <summary>All tokens with their details.</summary>
    public TokenStretch All => new(Ids, Spans, Words, Surfaces);

    /// <summary>An empty buffer of this thread; give it back with <see cref="Return"/>.</summary>
    /// <param name="withDetails">Whether more than ids is wanted.</param>
    /// <param name="cancellationToken">Ends the encoding with an exception.</param>
    public static TokenBuffer Rent(bool withDetails, CancellationToken cancellationToken)
    {
        TokenBuffer buffer = _spare ?? new TokenBuffer();
        _spare = buffer._nextSpare;
        buffer._nextSpare = null;
        buffer._cancellationToken = cancellationToken;
        buffer.WithDetails = withDetails;
        buffer.Start(int.MaxValue);
        if (withDetails)
            buffer.GrowDetails();
        return buffer;
    }

    /// <summary>Starts over with a text of which <paramref name="enough"/> tokens are enough.</summary>
    public void Start(int enough)
    {
        if (WithDetails)
            _surfaces.AsSpan(0, Math.Min(Count, _surfaces.Length)).Clear();
        (Count, _enough, IsWhole) = (0, enough, true);
    }

    /// <summary>
    /// Whether the rest of the text may be left, which is then noted. To be asked between parts of a text, where the
    /// tokens so far are final whatever follows; the caller need not stop.
    /// </summary>
    /// <exception cref="OperationCanceledException">The caller does not want any more.</exception>
    public bool HasEnough()
    {
        _cancellationToken.ThrowIfCancellationRequested();
        if (Count < _enough)
            return false;
        IsWhole = false;
        return true;
    }

    /// <summary>Gives the buffer back to its thread, holding nothing of the caller's.</summary>
    public void Return()
    {
        Start(0);
        _cancellationToken = default;
        if (_ids.Length > LargestKept)
            return;
        _nextSpare = _spare;
        _spare = this;
    }

    /// <summary>Appends a token of which only the id is wanted.</summary>
    public void Add(int id)
    {
        if ((uint)Count >= (uint)_ids.Length)
            Grow(Count + 1);
        _ids[Count++] = id;
    }

    /// <summary>Appends a token with its place in the text, the index of its word, and its surface where it has its own.</summary>
    public void Add(int id, TextSpan span, int word, string? surface = null)
    {
        if ((uint)Count >= (uint)_ids.Length)
            Grow(Count + 1);
        _spans[Count] = span;
        _words[Count] = word;
        _surfaces[Count] = surface;
        _ids[Count++] = id;
    }

    /// <summary>
    /// Room for <paramref name="count"/> more ids, to be written in place; <see cref="Advance"/> then counts them.
    /// </summary>
    public Span<int> Reserve(int count)
    {
        if (_ids.Length - Count < count)
            Grow(Count + count);
        return _ids.AsSpan(Count);
    }

    /// <summary>Counts ids that were written into <see cref="Reserve"/>'s room.</summary>
    public void Advance(int count) => Count += count;

    /// <summary>Takes back all but the first <paramref name="count"/> tokens.</summary>
    public void Truncate(int count) => Count = count;

    private void Grow(int needed)
    {
        Array.Resize(ref _ids, Math.Max(needed, (int)Math.Min(_ids.Length * 2L, Array.MaxLength)));
        if (WithDetails)
            GrowDetails();
    }

    private void GrowDetails()
    {
        if (_spans.Length >= _ids.Length)
            return;
        Array.Resize(ref _spans, _ids.Length);
        Array.Resize(ref _words, _ids.Length);
        Array.Resize(ref _surfaces, _ids.Length);
    }
}
