using AlbertNative.Annotations.Java;
using AlbertNative.Tokenization;

namespace AlbertNative.Annotations;

/// <summary>
/// Tokens cut into pieces as Spark NLP does: each by itself, its letters made small as Java does, nothing else of what the model's
/// tokenizer does, and without the pieces that are a space alone.
/// </summary>
internal sealed class SparkPieces
{
    private const string SpacePiece = "▁";

    private readonly SentencePieceModel _model;
    private readonly int _space;

    /// <exception cref="ArgumentException">The model has no SentencePiece vocabulary, or one without ALBERT's special pieces.</exception>
    public SparkPieces(AnnotationModel model)
    {
        _model = model.Pieces ?? throw new ArgumentException(
            $"{model.Name} has no spiece.model, which the modes spark-nlp and spark-nlp-exact need; the mode huggingface does not");
        ClsId = Find("[CLS]", model.Name);
        SepId = Find("[SEP]", model.Name);
        PaddingId = _model.TryGetId("[pad]", out int padding) ? padding : _model.UnknownId;
        _space = _model.TryGetId(SpacePiece, out int space) ? space : -1;
    }

    public int ClsId { get; }

    public int SepId { get; }

    /// <summary>What sequences are padded with: ALBERT has no <c>[pad]</c>, so that it is the unknown piece.</summary>
    public int PaddingId { get; }

    /// <summary>A text's pieces, and their ids.</summary>
    public (string[] Texts, int[] Ids) Encode(string text, bool caseSensitive)
    {
        SentencePieceEncoding encoding = _model.Encode(caseSensitive ? text : JavaText.ToLowerCase(text));
        List<string> texts = [];
        List<int> ids = [];
        for (int i = 0; i < encoding.Count; i++)
        {
            if (encoding.Ids[i] == _space)
                continue;
            texts.Add(encoding.Pieces[i]);
            ids.Add(encoding.Ids[i]);
        }
        return ([.. texts], [.. ids]);
    }

    /// <summary>
    /// The pieces of a sentence's tokens: of the first (limit − 2) of them, and of those the first limit pieces. Only limit − 2
    /// fit beside <c>[CLS]</c> and <c>[SEP]</c>.
    /// </summary>
    public TokenPiece[] Encode(IReadOnlyList<Annotation> tokens, int limit, bool caseSensitive)
    {
        List<TokenPiece> pieces = [];
        int count = Math.Min(tokens.Count, limit - 2);
        for (int token = 0; token < count && pieces.Count < limit; token++)
        {
            bool isWordStart = true;
            foreach (int id in Encode(tokens[token].Result, caseSensitive).Ids)
            {
                pieces.Add(new TokenPiece(id, token, isWordStart));
                isWordStart = false;
            }
        }
        return [.. pieces.Take(limit)];
    }

    private int Find(string piece, string name) => _model.TryGetId(piece, out int id)
        ? id
        : throw new ArgumentException($"the vocabulary of {name} has no piece {piece}");
}
