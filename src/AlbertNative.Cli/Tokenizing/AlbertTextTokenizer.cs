using AlbertNative.Tokenization;

namespace AlbertNative.Cli;

/// <summary>ALBERT's tokenizer.</summary>
internal sealed class AlbertTextTokenizer(Tokenizer tokenizer) : ITextTokenizer
{
    public TokenList Encode(TokenizeItem item, EncodeOptions options) => TokenList.Of((item.AreWords, item.Second) switch
    {
        (false, null) => tokenizer.Encode(item.First[0], options),
        (false, _) => tokenizer.Encode(item.First[0], item.Second[0], options),
        (true, null) => tokenizer.EncodeWords(item.First, options),
        (true, _) => tokenizer.EncodeWords(item.First, item.Second, options),
    });

    public int EncodeIds(string text, Span<int> ids) => tokenizer.Encode(text, ids);

    public string Decode(int[] ids, bool keepSpecialTokens, bool cleanUpSpaces) =>
        tokenizer.Decode(ids, skipSpecialTokens: !keepSpecialTokens, cleanUpSpaces);
}
