using AlbertNative.Annotations.Java;
using AlbertNative.Tokenization;

namespace AlbertNative.Annotations;

/// <summary>
/// Tokens cut into ALBERT's pieces as Spark NLP does: each by itself, its letters made small as Java does, nothing else of what the
/// model's tokenizer does, and without the pieces that are a space alone.
/// </summary>
internal sealed class SparkPieces : TokenPieces
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

    public override int ClsId { get; }

    public override int SepId { get; }

    /// <summary>ALBERT has no <c>[pad]</c>, so that it is the unknown piece.</summary>
    public override int PaddingId { get; }

    public override (string[] Texts, int[] Ids) Encode(string text, bool caseSensitive)
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

    private int Find(string piece, string name) => _model.TryGetId(piece, out int id)
        ? id
        : throw new ArgumentException($"the vocabulary of {name} has no piece {piece}");
}
