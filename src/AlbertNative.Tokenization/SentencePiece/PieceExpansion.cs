namespace AlbertNative.Tokenization.SentencePiece;

/// <summary>
/// A finished segmentation as its callers want it: with byte fallback, each unknown character becomes the pieces
/// of its UTF-8 bytes.
/// </summary>
/// <param name="vocabulary">The pieces.</param>
/// <param name="scratch">The normalised text and its segmentation.</param>
internal readonly ref struct PieceExpansion(UnigramVocabulary vocabulary, EncodeScratch scratch)
{
    private readonly ReadOnlySpan<int> _ids = scratch.Segments.Ids;
    private readonly ReadOnlySpan<int> _ends = scratch.Segments.Ends;
    private readonly ReadOnlySpan<char> _text = scratch.Normalized.Text;

    /// <summary>Appends the ids.</summary>
    public void AppendIds(TokenBuffer tokens)
    {
        int count = CountPieces();
        CopyIds(tokens.Reserve(count));
        tokens.Advance(count);
    }

    /// <summary>Makes the whole result; the scratch must hold the sources.</summary>
    public SentencePieceEncoding ToEncoding(string source)
    {
        int count = CountPieces();
        int[] ids = new int[count];
        string[] pieces = new string[count];
        TextSpan[] spans = new TextSpan[count];
        CopyIds(ids);
        ReadOnlySpan<int> sources = scratch.Normalized.Sources;
        for (int i = 0, at = 0; i < _ids.Length; i++)
        {
            TextSpan span = new(sources[i == 0 ? 0 : _ends[i - 1]], sources[_ends[i]]);
            bool isUnknown = _ids[i] == vocabulary.UnknownId;
            int parts = isUnknown && vocabulary.ByteIds is not null ? System.Text.Encoding.UTF8.GetByteCount(PieceText(i)) : 1;
            for (; parts > 1; parts--, at++)
            {
                pieces[at] = vocabulary.Text(ids[at]);
                spans[at] = new TextSpan(span.Start, span.Start);
            }
            pieces[at] = isUnknown && vocabulary.ByteIds is null ? PieceText(i).ToString() : vocabulary.Text(ids[at]);
            spans[at++] = span;
        }
        return new SentencePieceEncoding(source, ids, pieces, spans);
    }

    private void CopyIds(Span<int> destination)
    {
        if (vocabulary.ByteIds is null)
        {
            _ids.CopyTo(destination);
            return;
        }
        Span<byte> utf8 = stackalloc byte[4];
        for (int i = 0, at = 0; i < _ids.Length; i++)
        {
            if (_ids[i] != vocabulary.UnknownId)
                destination[at++] = _ids[i];
            else
            {
                foreach (byte b in utf8[..System.Text.Encoding.UTF8.GetBytes(PieceText(i), utf8)])
                    destination[at++] = vocabulary.ByteIds[b];
            }
        }
    }

    private ReadOnlySpan<char> PieceText(int index)
    {
        int start = index == 0 ? 0 : _ends[index - 1];
        return _text[start.._ends[index]];
    }

    private int CountPieces()
    {
        if (vocabulary.ByteIds is null)
            return _ids.Length;
        int count = 0;
        for (int i = 0; i < _ids.Length; i++)
            count += _ids[i] == vocabulary.UnknownId ? System.Text.Encoding.UTF8.GetByteCount(PieceText(i)) : 1;
        return count;
    }
}
