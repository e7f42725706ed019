using AlbertNative.Tokenization;

namespace AlbertNative.Cli;

/// <summary>SentencePiece alone: no special tokens, no pairs, nothing truncated.</summary>
internal sealed class RawTextTokenizer(SentencePieceModel model) : ITextTokenizer
{
    public TokenList Encode(TokenizeItem item, EncodeOptions options)
    {
        if (item.Second is not null || item.AreWords || options.MaxLength is not null)
            throw new ArgumentException("SentencePiece alone (--raw) knows no pairs, no words and no max_length");

        SentencePieceEncoding encoding = model.Encode(item.First[0]);
        return new()
        {
            Ids = encoding.Ids.ToArray(),
            Tokens = encoding.Pieces,
            TokenTypeIds = new int[encoding.Count],
            Spans = encoding.Spans.ToArray(),
            SequenceIndices = new int[encoding.Count],
            WordIndices = new int[encoding.Count],
        };
    }

    public int EncodeIds(string text, Span<int> ids) => model.Encode(text, ids);

    public string Decode(int[] ids, bool keepSpecialTokens, bool cleanUpSpaces) =>
        keepSpecialTokens || cleanUpSpaces
            ? throw new ArgumentException("SentencePiece alone (--raw) drops control pieces and keeps spaces")
            : model.Decode(ids);
}
