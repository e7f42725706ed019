using AlbertNative.Tokenization.Fast.Decoders;
using AlbertNative.Tokenization.Fast.Models;
using AlbertNative.Tokenization.Fast.Normalizers;
using AlbertNative.Tokenization.Fast.PreTokenizers;
using AlbertNative.Tokenization.Fast.Reading;
using AlbertNative.Tokenization.SentencePiece;
using AlbertNative.Tokenization.WordPiece;

namespace AlbertNative.Tokenization.Fast;

/// <summary>
/// What the <c>AlbertTokenizer</c> of transformers 5 makes of a directory. It takes vocabulary and scores from the file
/// and builds all other steps anew from <c>do_lower_case</c>, <c>keep_accents</c> and <c>add_prefix_space</c>.
/// </summary>
/// <param name="settings">What stands beside the file.</param>
/// <param name="options">The caller's overrides of that.</param>
internal readonly struct Transformers5(TokenizerSettings settings, TokenizerOptions options)
{
    private const char Metaspace = SentencePieceNormalizer.SpaceSymbol;

    /// <summary>
    /// From a <c>spiece.model</c>: its user-defined and control pieces become added tokens, which cut the text before
    /// anything else.
    /// </summary>
    /// <exception cref="TokenizerFormatException">The model has no piece for unknown text, or a malformed charsmap.</exception>
    public FastPipeline FromSentencePiece(ModelProto model)
    {
        UnigramModel unigram = AlbertConversion.Vocabulary(model, digitCommaPenalty: 0);
        AddedEntry[] added = AddedTokens(model, unigram);
        int cls = AlbertConversion.IdOf(added, settings.ClsToken, "[CLS]"), sep = AlbertConversion.IdOf(added, settings.SepToken, "[SEP]");
        return Build(unigram, AlbertConversion.CharsMapOf(model)) with
        {
            AddedTokens = added,
            Template = SequenceTemplate.Bert(cls, sep),
        };
    }

    /// <summary>
    /// From a <c>tokenizer.json</c>. Of an <c>AlbertTokenizer</c>'s, vocabulary, character map, added tokens and template are
    /// honoured, of a <c>BertTokenizer</c>'s all but the map; under any other class the file is taken as it is.
    /// </summary>
    public FastPipeline FromTokenizerJson(FastPipeline file)
    {
        if (file.Model is WordPieceModel words)
        {
            return BertSettings.IsNamed(settings)
                ? Complete(BertConversion.Build(words.WithCustomaryWords(), BertSettings.Of(settings, options)), file)
                : file;
        }
        return settings.HonoursPipeline
            ? file
            : Complete(Build(file.Model, file.Normalizers.OfType<PrecompiledNormalizer>().FirstOrDefault()?.Map), file);
    }

    /// <summary>Steps that were built anew, with what else the file has.</summary>
    private static FastPipeline Complete(FastPipeline steps, FastPipeline file) => steps with
    {
        AddedTokens = file.AddedTokens,
        Template = file.Template,
        Truncation = file.Truncation,
        Padding = file.Padding,
    };

    private FastPipeline Build(TokenModel model, CharsMap? map)
    {
        PrependScheme scheme = settings.AddPrefixSpace ?? true ? PrependScheme.Always : PrependScheme.Never;
        return new FastPipeline
        {
            Normalizers = AlbertConversion.Normalizers(map, settings, options),
            PreTokenizers = [new WhitespaceSplitPreTokenizer(), new MetaspacePreTokenizer(Metaspace, scheme, split: true)],
            Model = model,
            AddedTokens = [],
            Template = SequenceTemplate.Bare,
            Decoder = new MetaspaceDecoder(Metaspace, scheme),
        };
    }

    private AddedEntry[] AddedTokens(ModelProto model, UnigramModel unigram)
    {
        SortedDictionary<int, AddedToken> tokens = [];
        HashSet<string> known = new(StringComparer.Ordinal);
        foreach ((int id, AddedToken token) in settings.AddedTokens)
        {
            if (id is < 0 or int.MaxValue)
                throw model.Error($"the added token {JsonCursor.Quote(token.Content)} has the id {id}");
            if (!known.Add(token.Content))
                throw model.Error($"the added token {JsonCursor.Quote(token.Content)} has several ids");
            tokens[id] = token;
        }
        AddedToken mask = settings.MaskToken ?? new AddedToken("[MASK]");
        AddedToken[] special =
        [
            settings.PadToken ?? new AddedToken("<pad>"),
            settings.UnkToken ?? new AddedToken("<unk>"),
            settings.ClsToken ?? new AddedToken("[CLS]"),
            settings.SepToken ?? new AddedToken("[SEP]"),
            // A plain string is the token alone here; in version 4 it took the space before it.
            settings.HasPlainMask ? mask with { LeftStrip = false } : mask,
            .. settings.AdditionalSpecialTokens,
        ];
        int next = Math.Max(unigram.Count, tokens.Count == 0 ? 0 : tokens.Keys.Max() + 1);
        foreach (AddedToken token in special)
        {
            if (!known.Add(token.Content))
                continue;
            int id = unigram.IdOf(token.Content);
            tokens[id >= 0 ? id : next++] = token with { Special = true, Normalized = false };
        }
        for (int id = 0; id < model.Count; id++)
        {
            bool isSpecial = model.Types[id] == PieceType.Control;
            if ((isSpecial || model.Types[id] == PieceType.UserDefined) && known.Add(model.Text(id)))
                tokens[id] = new AddedToken(model.Text(id)) { Special = isSpecial };
        }
        int beyond = unigram.Count;
        foreach ((int id, AddedToken token) in tokens)
        {
            if (id > beyond)
                throw model.Error($"the added token {JsonCursor.Quote(token.Content)} has the id {id}, but none has the id {beyond}");
            beyond = Math.Max(beyond, id + 1);
        }
        return [.. tokens.Select(entry => new AddedEntry(entry.Value, entry.Key))];
    }
}
