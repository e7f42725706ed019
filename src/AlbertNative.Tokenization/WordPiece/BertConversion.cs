using AlbertNative.Tokenization.Fast;
using AlbertNative.Tokenization.Fast.Decoders;
using AlbertNative.Tokenization.Fast.Models;
using AlbertNative.Tokenization.Fast.Normalizers;
using AlbertNative.Tokenization.Fast.PreTokenizers;

namespace AlbertNative.Tokenization.WordPiece;

/// <summary>The fast tokenizer that transformers makes of a <c>vocab.txt</c> and the settings beside it.</summary>
internal static class BertConversion
{
    /// <summary>Converts a vocabulary.</summary>
    /// <param name="tokens">Its tokens by id; owned from here on.</param>
    /// <param name="settings">What its directory says.</param>
    /// <param name="options">The caller's overrides of that.</param>
    /// <exception cref="FormatException">The vocabulary has no unknown token, or an added token has another id than its place gives.</exception>
    public static FastPipeline Convert(string[] tokens, TokenizerSettings settings, TokenizerOptions options)
    {
        BertSettings bert = BertSettings.Of(settings, options);
        string unknown = bert.Roles.Unknown.Content;
        int unknownId = Array.LastIndexOf(tokens, unknown);
        if (unknownId < 0)
            throw new FormatException($"the unknown token '{unknown}' is not in the vocabulary");
        WordPieceModel model = new(tokens, unknownId, WordPieceModel.DefaultPrefix, WordPieceModel.DefaultLongestWord);
        FastPipeline pipeline = Build(model, bert) with { AddedTokens = AddTokens(model, settings, bert) };
        return pipeline with
        {
            Template = SequenceTemplate.Bert(pipeline.IdOf(bert.Roles.Cls.Content), pipeline.IdOf(bert.Roles.Sep.Content)),
        };
    }

    /// <summary>The steps of BERT's tokenizer around a vocabulary, without added tokens and template.</summary>
    public static FastPipeline Build(WordPieceModel model, BertSettings bert) => new()
    {
        Normalizers =
        [
            new BertNormalizer(new BertNormalizerOptions(
                CleanText: true, bert.HandleChineseCharacters, bert.StripAccents, bert.LowerCase)),
        ],
        PreTokenizers = [new BertPreTokenizer()],
        Model = model,
        AddedTokens = [],
        Template = SequenceTemplate.Bare,
        Decoder = new WordPieceDecoder(WordPieceModel.DefaultPrefix, cleansUp: true),
    };

    /// <summary>What the vocabulary lacks follows it: first the tokens that the files give ids, then the special ones.</summary>
    private static AddedEntry[] AddTokens(WordPieceModel model, TokenizerSettings settings, BertSettings bert)
    {
        List<AddedEntry> entries = [];
        HashSet<string> known = new(StringComparer.Ordinal);
        int next = model.Count;
        foreach ((int id, AddedToken token) in settings.AddedTokens.OrderBy(entry => entry.Key))
        {
            int place = Add(token);
            if (place != id)
                throw new FormatException($"the added token '{token.Content}' has the id {id}, its place gives {place}");
        }
        foreach (AddedToken token in bert.Roles.Tokens)
            Add(token with { Special = true });
        return [.. entries];

        int Add(AddedToken token)
        {
            int id = model.IdOf(token.Content);
            if (!known.Add(token.Content))
                return id;
            id = id >= 0 ? id : next++;
            entries.Add(new AddedEntry(token, id));
            return id;
        }
    }
}
