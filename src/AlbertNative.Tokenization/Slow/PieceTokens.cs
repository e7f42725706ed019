using System.Text;
using AlbertNative.Tokenization.SentencePiece;
using AlbertNative.Tokenization.Unicode;

namespace AlbertNative.Tokenization.Slow;

/// <summary>
/// From SentencePiece's pieces to token ids. The reference keeps pieces as strings and looks their ids up at the end, so
/// a piece that reads like an added token or a control piece gets that id, and unknown text that of a piece which
/// is never produced; and it cuts a piece that ends with a comma after a digit once more.
/// </summary>
internal sealed class PieceTokens
{
    private const char SpaceSymbol = SentencePieceNormalizer.SpaceSymbol;

    private readonly SentencePieceModel _model;
    private readonly UnigramVocabulary _vocabulary;
    private readonly AddedTokenTable _added;

    /// <summary>Which ids are not simply those of their tokens.</summary>
    private readonly bool[] _needsCare;

    public PieceTokens(SentencePieceModel model, AddedTokenTable added)
    {
        _model = model;
        _vocabulary = model.Vocabulary;
        _added = added;
        _needsCare = new bool[_vocabulary.Count];
        FindCare();
    }

    /// <summary>The text of tokens: special ones interrupt SentencePiece's decoding.</summary>
    public string Join(List<string> tokens)
    {
        StringBuilder text = new();
        List<string> pieces = [];
        bool afterSpecial = false;
        foreach (string token in tokens)
        {
            if (!_added.IsSpecial(token))
            {
                pieces.Add(token);
                afterSpecial = false;
                continue;
            }
            if (!afterSpecial)
                text.Append(' ');
            text.Append(_model.Decode(pieces)).Append(token);
            pieces.Clear();
            afterSpecial = true;
        }
        text.Append(_model.Decode(pieces));
        return SlowDecoder.Strip(text.ToString());
    }

    /// <summary>Appends the ids of a finished segmentation.</summary>
    public void AppendIds(EncodeScratch scratch, TokenBuffer tokens)
    {
        ReadOnlySpan<int> ids = scratch.Segments.Ids, ends = scratch.Segments.Ends;
        for (int i = 0; i < ids.Length;)
        {
            Span<int> room = tokens.Reserve(ids.Length - i);
            int plain = 0;
            for (; i < ids.Length && !_needsCare[ids[i]]; i++)
                room[plain++] = ids[i];
            tokens.Advance(plain);
            if (i == ids.Length)
                break;
            Piece piece = new(ids[i], i == 0 ? 0 : ends[i - 1], ends[i]);
            AppendWithCare(piece, scratch, default, tokens, word: 0);
            i++;
        }
    }

    /// <summary>Appends the tokens of a finished segmentation with their details; <paramref name="word"/> counts the words.</summary>
    public void Append(EncodeScratch scratch, SourceMap map, TokenBuffer tokens, ref int word)
    {
        ReadOnlySpan<int> ids = scratch.Segments.Ids, ends = scratch.Segments.Ends;
        ReadOnlySpan<char> text = scratch.Normalized.Text;
        bool suffix = _model.Proto.Trainer.WhiteSpaceAsSuffix;
        for (int i = 0; i < ids.Length; i++)
        {
            Piece piece = new(ids[i], i == 0 ? 0 : ends[i - 1], ends[i]);
            bool startsWord = suffix ? i == 0 || text[piece.Start - 1] == SpaceSymbol : text[piece.Start] == SpaceSymbol;
            if (startsWord || i == 0)
                word++;
            if (_needsCare[piece.Id])
                AppendWithCare(piece, scratch, map, tokens, word);
            else
                tokens.Add(piece.Id, map.Span(piece.Start, piece.End), word);
        }
    }

    /// <summary>A piece and where it stands in the normalised text.</summary>
    private readonly record struct Piece(int Id, int Start, int End);

    private void AppendWithCare(Piece piece, EncodeScratch scratch, SourceMap map, TokenBuffer tokens, int word)
    {
        ReadOnlySpan<char> text = scratch.Normalized.Text[piece.Start..piece.End];
        if (piece.Id == _vocabulary.UnknownId && _vocabulary.ByteIds is int[] byteIds)
            AppendBytes(text, byteIds, piece, map, tokens, word);
        else if (EndsWithDigitAndComma(text))
            AppendCut(text, piece, map, tokens, word);
        else
            Add(IdOf(text), piece.Start, piece.End, map, tokens, word);
    }

    /// <summary>As SentencePiece's byte fallback: all but the last byte stand for nothing.</summary>
    private void AppendBytes(
        ReadOnlySpan<char> text, int[] byteIds, Piece piece, SourceMap map, TokenBuffer tokens, int word)
    {
        Span<byte> utf8 = stackalloc byte[4];
        int count = System.Text.Encoding.UTF8.GetBytes(text, utf8);
        TextSpan span = tokens.WithDetails ? map.Span(piece.Start, piece.End) : default;
        for (int i = 0; i < count; i++)
        {
            int id = IdOf(_vocabulary.Text(byteIds[utf8[i]]));
            if (tokens.WithDetails)
                tokens.Add(id, i < count - 1 ? new TextSpan(span.Start, span.Start) : span, word);
            else
                tokens.Add(id);
        }
    }

    /// <summary>
    /// Encodes a piece once more without its comma and without spaces. The new pieces begin with a space of their
    /// own, which is taken off where the old one had none.
    /// </summary>
    private void AppendCut(ReadOnlySpan<char> text, Piece piece, SourceMap map, TokenBuffer tokens, int word)
    {
        EncodeScratch inner = EncodeScratch.Rent();
        try
        {
            // Where each unit of the new input stands in the piece.
            inner.Prepared.Clear(withSources: true);
            for (int i = 0; i < text.Length - 1; i++)
            {
                if (text[i] != SpaceSymbol)
                    inner.Prepared.Append(text[i], i);
            }
            inner.Prepared.End(text.Length - 1);
            _model.Encode(inner.Prepared.Text, inner, withSources: true);
            AppendInner(inner, text[0] != SpaceSymbol, piece, map, tokens, word);
            Add(IdOf(","), piece.End - 1, piece.End, map, tokens, word);
        }
        finally
        {
            inner.Return();
        }
    }

    private void AppendInner(
        EncodeScratch inner, bool dropSpace, Piece piece, SourceMap map, TokenBuffer tokens, int word)
    {
        ReadOnlySpan<int> ids = inner.Segments.Ids, ends = inner.Segments.Ends;
        ReadOnlySpan<int> prepared = inner.Prepared.Sources, sources = inner.Normalized.Sources;
        ReadOnlySpan<char> text = inner.Normalized.Text;
        for (int i = 0, start = 0; i < ids.Length; start = ends[i++])
        {
            int from = start;
            if (i == 0 && dropSpace && text[0] == SpaceSymbol)
                from++;
            if (from == ends[i])
                continue;
            int begin = start == 0 ? piece.Start : piece.Start + prepared[sources[from]];
            int end = Math.Max(begin + 1, piece.Start + prepared[sources[ends[i]]]);
            if (ids[i] == _vocabulary.UnknownId && _vocabulary.ByteIds is int[] byteIds)
                AppendBytes(text[from..ends[i]], byteIds, new Piece(ids[i], begin, end), map, tokens, word);
            else
                Add(IdOf(text[from..ends[i]]), begin, end, map, tokens, word);
        }
    }

    private static void Add(int id, int start, int end, SourceMap map, TokenBuffer tokens, int word)
    {
        if (tokens.WithDetails)
            tokens.Add(id, map.Span(start, end), word);
        else
            tokens.Add(id);
    }

    /// <summary>The id of a piece's text: an added token's, else the vocabulary's, else that of what is unknown.</summary>
    private int IdOf(ReadOnlySpan<char> text)
    {
        int id = _added.Find(text);
        if (id < 0)
            id = _vocabulary.Find(text);
        return id < 0 ? _vocabulary.UnknownId : id;
    }

    /// <summary>Whether the slow tokenizer cuts a comma off the piece.</summary>
    public static bool EndsWithDigitAndComma(ReadOnlySpan<char> text) =>
        text.Length > 1 && text[^1] == ','
        && UnicodeData.IsPythonDigit(CodePoints.ReadBefore(text, text.Length - 1, out _));

    private void FindCare()
    {
        for (int id = 0; id < _needsCare.Length; id++)
        {
            PieceType type = _vocabulary.Type(id);
            _needsCare[id] = type == PieceType.Unknown
                || (type is PieceType.Normal or PieceType.UserDefined && _vocabulary.Utf8(id)[^1] == ','
                    && EndsWithDigitAndComma(_vocabulary.Text(id)));
        }
        foreach (int id in _added.PieceIds(_vocabulary))
            _needsCare[id] = true;
    }
}
