namespace AlbertNative.Tokenization.Fast;

/// <summary>One text being encoded, and where its tokens go.</summary>
/// <param name="text">The caller's text.</param>
/// <param name="tokens">Takes the tokens.</param>
internal ref struct FastOutput(ReadOnlySpan<char> text, TokenBuffer tokens)
{
    private readonly TokenBuffer _tokens = tokens;
    private int _word;

    /// <summary>The caller's text.</summary>
    public ReadOnlySpan<char> Text { get; } = text;

    /// <summary>Whether more than ids is wanted.</summary>
    public readonly bool WithDetails => _tokens.WithDetails;

    /// <summary>See <see cref="TokenBuffer.HasEnough"/>.</summary>
    public readonly bool HasEnough() => _tokens.HasEnough();

    /// <summary>Appends an added token that was found in the caller's text; its writing is what it took of it.</summary>
    /// <param name="match">Where it was found.</param>
    /// <param name="content">How it is written.</param>
    /// <param name="overlaps">Whether an earlier token took some of it already; then its writing is its content.</param>
    public void Add(AddedVocabulary.Match match, string content, bool overlaps)
    {
        if (_tokens.WithDetails)
        {
            ReadOnlySpan<char> taken = Text[match.Start..match.End];
            _tokens.Add(
                match.Id, new TextSpan(match.Start, match.End), _word, overlaps || taken.SequenceEqual(content) ? null : taken.ToString());
        }
        else
            _tokens.Add(match.Id);
        _word++;
    }

    /// <summary>Appends the tokens of a stretch of text.</summary>
    public void Add(FastScratch source)
    {
        ReadOnlySpan<FastToken> found = source.Tokens.Tokens;
        if (_tokens.WithDetails)
        {
            foreach (ref readonly FastToken token in found)
            {
                string? surface = token.HasSurface
                    ? source.Text.Chars.Slice(token.SurfaceStart, token.SurfaceLength).ToString()
                    : null;
                _tokens.Add(token.Id, token.Span, _word + token.Word, surface);
            }
        }
        else
        {
            foreach (ref readonly FastToken token in found)
                _tokens.Add(token.Id);
        }
        _word += source.Splits.Count;
    }

    /// <summary>Appends the tokens of a remembered word, of one split, that stands at <paramref name="start"/>.</summary>
    public void Add(TokenCache.Entry entry, int start)
    {
        ReadOnlySpan<int> ids = entry.Ids;
        if (_tokens.WithDetails)
        {
            for (int i = 0; i < ids.Length; i++)
            {
                TextSpan span = entry.Span(i);
                _tokens.Add(ids[i], new TextSpan(start + span.Start, start + span.End), _word);
            }
        }
        else
        {
            ids.CopyTo(_tokens.Reserve(ids.Length));
            _tokens.Advance(ids.Length);
        }
        _word++;
    }
}
