using AlbertNative.Tokenization;

namespace AlbertNative.Annotations;

/// <summary>Makes sentences ready for a model, in each of the modes.</summary>
internal sealed class SentenceInputs
{
    private readonly AnnotationModel _model;
    private readonly AnnotationMode _mode;
    private readonly bool _caseSensitive;
    private readonly int _limit;
    private readonly TokenPieces? _pieces;

    /// <exception cref="ArgumentException">The model lacks what the mode needs.</exception>
    public SentenceInputs(AnnotationModel model, AnnotationMode mode, bool caseSensitive, int limit)
    {
        (_model, _mode, _caseSensitive, _limit) = (model, mode, caseSensitive, limit);
        if (mode != AnnotationMode.HuggingFace)
            _pieces = SparkFamily.Of(model.Model.Config).Pieces(model);
    }

    /// <summary>The sequences of sentences that go through the model together; in the mode spark-nlp-exact padded to one length.</summary>
    public List<SentenceInput> Encode(IReadOnlyList<TokenSentence> sentences) => _mode switch
    {
        AnnotationMode.SparkNlpExact => EncodePadded(sentences),
        AnnotationMode.SparkNlp => [.. sentences.Select(EncodeAlone)],
        _ => [.. sentences.Select(EncodeWhole)],
    };

    private SentenceInput EncodeAlone(TokenSentence sentence)
    {
        (TokenPiece[] pieces, bool isCut) = _pieces!.Encode(sentence.Tokens, _limit, _caseSensitive);
        pieces = pieces[..Math.Min(pieces.Length, _limit - 2)];
        int[] ids = [_pieces.ClsId, .. pieces.Select(piece => piece.Id), _pieces.SepId];
        List<WordStart> starts = [];
        for (int i = 0; i < pieces.Length; i++)
        {
            if (pieces[i].IsWordStart)
                starts.Add(new WordStart(i + 1, pieces[i].Token, pieces[i].Id));
        }
        return new SentenceInput(sentence, ids, starts, isCut);
    }

    /// <summary>
    /// As Spark NLP: padding is the unknown piece and not masked, the row of <c>[SEP]</c> counts as that of the piece behind a
    /// cut, and of tokens that begin at one place the first stands for all.
    /// </summary>
    private List<SentenceInput> EncodePadded(IReadOnlyList<TokenSentence> sentences)
    {
        List<(TokenPiece[] Pieces, bool IsCut)> pieces = [.. sentences.Select(sentence => _pieces!.Encode(sentence.Tokens, _limit, _caseSensitive))];
        int length = Math.Max(0, Math.Min(_limit - 2, pieces.Max(p => p.Pieces.Length)));
        List<SentenceInput> inputs = [];
        foreach ((TokenSentence sentence, (TokenPiece[] own, bool isCut)) in sentences.Zip(pieces))
        {
            int[] ids = new int[length + 2];
            ids.AsSpan().Fill(_pieces!.PaddingId);
            ids[0] = _pieces.ClsId;
            int count = Math.Min(length, own.Length);
            for (int i = 0; i < count; i++)
                ids[i + 1] = own[i].Id;
            ids[count + 1] = _pieces.SepId;
            inputs.Add(new SentenceInput(sentence, ids, StartsOf(sentence, own.AsSpan(0, Math.Min(length + 1, own.Length))), isCut));
        }
        return inputs;
    }

    private static List<WordStart> StartsOf(TokenSentence sentence, ReadOnlySpan<TokenPiece> pieces)
    {
        Dictionary<int, int> firstAt = [];
        for (int i = 0; i < sentence.Tokens.Count; i++)
            firstAt.TryAdd(sentence.Tokens[i].Begin, i);
        List<WordStart> starts = [];
        for (int i = 0; i < pieces.Length; i++)
        {
            if (pieces[i].IsWordStart)
                starts.Add(new WordStart(i + 1, firstAt[sentence.Tokens[pieces[i].Token].Begin], pieces[i].Id));
        }
        return starts;
    }

    /// <summary>As Hugging Face: the whole sentence at once, and for each token the first piece that lies in it.</summary>
    private SentenceInput EncodeWhole(TokenSentence sentence)
    {
        Encoding encoding = _model.Model.Tokenizer.Encode(sentence.Document.Result, new EncodeOptions { MaxLength = _limit });
        List<WordStart> starts = [];
        int row = 0;
        for (int token = 0; token < sentence.Tokens.Count; token++)
        {
            int begin = sentence.Tokens[token].Begin - sentence.Document.Begin;
            int end = sentence.Tokens[token].End - sentence.Document.Begin + 1;
            while (row < encoding.Count && (encoding.IsSpecial(row) || encoding.Spans[row].End <= begin || IsSpace(encoding, row)))
                row++;
            if (row < encoding.Count && encoding.Spans[row].Start < end)
                starts.Add(new WordStart(row, token, encoding.Ids[row]));
        }
        return new SentenceInput(sentence, encoding.Ids.ToArray(), starts, encoding.IsTruncated);
    }

    private static bool IsSpace(Encoding encoding, int row) => encoding.Tokens[row] == "▁";
}
