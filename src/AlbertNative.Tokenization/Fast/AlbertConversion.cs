using AlbertNative.Tokenization.Fast.Decoders;
using AlbertNative.Tokenization.Fast.Models;
using AlbertNative.Tokenization.Fast.Normalizers;
using AlbertNative.Tokenization.Fast.PreTokenizers;
using AlbertNative.Tokenization.Fast.Reading;
using AlbertNative.Tokenization.SentencePiece;
using AlbertNative.Tokenization.Slow;
using AlbertNative.Tokenization.Unicode;

namespace AlbertNative.Tokenization.Fast;

/// <summary>
/// What transformers makes of a bare <c>spiece.model</c> where it wants a fast ALBERT tokenizer (its
/// <c>AlbertConverter</c>): the pieces with their scores, and normalizers that stand in for the slow tokenizer's
/// steps and SentencePiece's own.
/// </summary>
internal static class AlbertConversion
{
    /// <summary>Keeps pieces such as "9," from being chosen: the slow tokenizer takes them apart afterwards.</summary>
    public const double DigitCommaPenalty = 100;

    private const char Metaspace = SentencePieceNormalizer.SpaceSymbol;

    /// <summary>Converts a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="settings">What its directory says about special tokens and normalization.</param>
    /// <param name="options">The caller's overrides of that.</param>
    /// <exception cref="TokenizerFormatException">The model has no piece for unknown text.</exception>
    public static FastPipeline Convert(ModelProto model, TokenizerSettings settings, TokenizerOptions options)
    {
        UnigramModel unigram = Vocabulary(model, DigitCommaPenalty);
        AddedEntry[] added = AddTokens(unigram, settings, model);
        int cls = IdOf(added, settings.ClsToken, "[CLS]"), sep = IdOf(added, settings.SepToken, "[SEP]");
        return new FastPipeline
        {
            Normalizers = [.. Normalizers(CharsMapOf(model), settings, options), new ReplaceRunNormalizer(' ', 2, " ")],
            PreTokenizers = [new MetaspacePreTokenizer(Metaspace, PrependScheme.Always, split: true)],
            Model = unigram,
            AddedTokens = added,
            Template = SequenceTemplate.Bert(cls, sep),
            Decoder = new MetaspaceDecoder(Metaspace, PrependScheme.Always),
        };
    }

    /// <summary>The pieces with their scores, as double precision numbers.</summary>
    /// <param name="model">The model.</param>
    /// <param name="digitCommaPenalty">What is taken off the score of a piece that ends with a comma after a digit.</param>
    /// <exception cref="TokenizerFormatException">The model has no piece for unknown text.</exception>
    public static UnigramModel Vocabulary(ModelProto model, double digitCommaPenalty)
    {
        string[] pieces = new string[model.Count];
        double[] scores = new double[model.Count];
        for (int id = 0; id < pieces.Length; id++)
        {
            pieces[id] = model.Text(id);
            scores[id] = model.Scores[id] - (PieceTokens.EndsWithDigitAndComma(pieces[id]) ? digitCommaPenalty : 0);
        }
        int unknown = model.Types.IndexOf(PieceType.Unknown);
        if (unknown < 0)
            throw model.Error("no piece is of type UNKNOWN");
        try
        {
            return new UnigramModel(pieces, scores, unknown, byteFallback: false);
        }
        catch (FormatException e)
        {
            throw model.Error(e.Message);
        }
    }

    /// <summary>The model's character map, or null where it has none.</summary>
    /// <exception cref="TokenizerFormatException">It is malformed.</exception>
    public static CharsMap? CharsMapOf(ModelProto model)
    {
        try
        {
            return CharsMap.Parse(model.Normalizer.PrecompiledCharsMap);
        }
        catch (FormatException e)
        {
            throw model.Error(e.Message);
        }
    }

    /// <summary>The normalizers that every version makes: quotes, accents, case, and the model's character map.</summary>
    public static Normalizer[] Normalizers(CharsMap? map, TokenizerSettings settings, TokenizerOptions options)
    {
        List<Normalizer> steps = [new ReplaceNormalizer("``", "\""), new ReplaceNormalizer("''", "\"")];
        if (!(options.KeepAccents ?? settings.KeepAccents ?? false))
            steps.AddRange([new UnicodeNormalizer(NormalizationForm.Nfkd), new StripAccentsNormalizer()]);
        if (options.LowerCase ?? settings.LowerCase ?? true)
            steps.Add(new LowercaseNormalizer());
        if (map is not null)
            steps.Add(new PrecompiledNormalizer(map));
        return [.. steps];
    }

    /// <summary>The id of a token with a role, which is an added one.</summary>
    public static int IdOf(AddedEntry[] added, AddedToken? token, string otherwise) =>
        Array.Find(added, entry => entry.Token.Content == (token?.Content ?? otherwise)).Id;

    /// <summary>
    /// The special tokens are found in the text; what the vocabulary lacks follows it. <c>[MASK]</c> takes the space
    /// before it.
    /// </summary>
    /// <exception cref="TokenizerFormatException">An added token has another id than its place gives.</exception>
    private static AddedEntry[] AddTokens(UnigramModel model, TokenizerSettings settings, ModelProto source)
    {
        AddedToken[] tokens =
        [
            settings.PadToken ?? new AddedToken("<pad>"),
            settings.UnkToken ?? new AddedToken("<unk>"),
            settings.ClsToken ?? new AddedToken("[CLS]"),
            settings.SepToken ?? new AddedToken("[SEP]"),
            settings.MaskToken ?? new AddedToken("[MASK]") { LeftStrip = true },
            .. settings.AdditionalSpecialTokens,
        ];
        List<AddedEntry> entries = [];
        Dictionary<string, AddedToken> roles = new(StringComparer.Ordinal);
        foreach (AddedToken token in tokens)
            roles.TryAdd(token.Content, token with { Special = true });
        Dictionary<string, int> places = new(StringComparer.Ordinal);
        int next = model.Count;
        // Those that the files give ids come first, as in transformers; a role among them is found as its role says.
        foreach ((int id, AddedToken token) in settings.AddedTokens.OrderBy(entry => entry.Key))
        {
            int place = Add(roles.GetValueOrDefault(token.Content, token));
            if (place != id)
                throw source.Error($"the added token {JsonCursor.Quote(token.Content)} has the id {id}, its place gives {place}");
        }
        foreach (AddedToken token in roles.Values)
            Add(token);
        return [.. entries];

        int Add(AddedToken token)
        {
            if (places.TryGetValue(token.Content, out int place))
                return place;
            place = model.IdOf(token.Content) is int id and >= 0 ? id : next++;
            places.Add(token.Content, place);
            entries.Add(new AddedEntry(token, place));
            return place;
        }
    }
}
