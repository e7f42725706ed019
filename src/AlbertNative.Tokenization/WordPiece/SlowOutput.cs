using AlbertNative.Tokenization.Fast;

namespace AlbertNative.Tokenization.WordPiece;

/// <summary>Where the tokens of one text go, with spans in it.</summary>
/// <param name="tokens">Takes the tokens.</param>
/// <param name="lowered">Where each unit of the lower-cased text comes from, and its end; empty where nothing was lower-cased.</param>
internal ref struct SlowOutput(TokenBuffer tokens, ReadOnlySpan<int> lowered)
{
    private readonly TokenBuffer _tokens = tokens;
    private readonly ReadOnlySpan<int> _lowered = lowered;
    private int _word;
    private bool _isDone;

    /// <summary>Whether no more tokens are wanted; from then on none is taken.</summary>
    public bool IsDone() => _isDone = _isDone || _tokens.HasEnough();

    /// <summary>Appends a token that is a word by itself.</summary>
    public void Add(int id, TextSpan span)
    {
        AddToken(id, span);
        _word++;
    }

    /// <summary>Appends the tokens of a word.</summary>
    public void Add(ReadOnlySpan<FastToken> word)
    {
        foreach (ref readonly FastToken token in word)
            AddToken(token.Id, token.Span);
        _word++;
    }

    private readonly void AddToken(int id, TextSpan span)
    {
        if (_isDone)
            return;
        if (_tokens.WithDetails)
            _tokens.Add(id, InText(span), _word);
        else
            _tokens.Add(id);
    }

    /// <summary>Several units may have been made of one, which then belongs to all of them.</summary>
    private readonly TextSpan InText(TextSpan span)
    {
        if (_lowered.IsEmpty)
            return span;
        int end = span.End;
        while (end > span.Start && end < _lowered.Length - 1 && _lowered[end] == _lowered[end - 1])
            end++;
        return new TextSpan(_lowered[span.Start], _lowered[end]);
    }
}
