using AlbertNative.Tokenization;

namespace AlbertNative.Annotations;

/// <summary>Tokens cut into BERT's pieces, each by itself, by the model's own tokenizer: letters become small where its files say so.</summary>
internal sealed class WordPieces(AnnotationModel model) : TokenPieces
{
    private static readonly EncodeOptions Bare = new() { AddSpecialTokens = false };

    private readonly Tokenization.Tokenizer _tokenizer = model.Model.Tokenizer;

    public override int ClsId => _tokenizer.ClsId;

    public override int SepId => _tokenizer.SepId;

    public override int PaddingId => _tokenizer.PadId;

    public override (string[] Texts, int[] Ids) Encode(string text, bool caseSensitive)
    {
        Encoding encoding = _tokenizer.Encode(text, Bare);
        return ([.. encoding.Tokens], encoding.Ids.ToArray());
    }
}
