using AlbertNative.Tokenization.SentencePiece;

namespace AlbertNative.Tokenization.Slow;

/// <summary>
/// transformers' slow <c>AlbertTokenizer</c>: added tokens are cut out of the (lower-cased) text, what is between
/// them is normalised and given to SentencePiece, and pieces that end with a comma after a digit are cut once more.
/// </summary>
internal sealed class SlowTextEncoder : TextEncoder
{
    private readonly SentencePieceModel _model;
    private readonly UnigramVocabulary _vocabulary;
    private readonly SlowNormalizer _normalizer;
    private readonly AddedTokenTable _added;
    private readonly PieceTokens _pieceTokens;
    private readonly WordwiseEncoder? _wordwise;
    private readonly bool _lowerCase;

    /// <summary>Makes the encoder of a model.</summary>
    /// <exception cref="TokenizerFormatException">The settings do not fit the model.</exception>
    public SlowTextEncoder(SentencePieceModel model, TokenizerSettings settings, TokenizerOptions options)
    {
        _model = model;
        _vocabulary = model.Vocabulary;
        _lowerCase = options.LowerCase ?? settings.LowerCase ?? true;
        _normalizer = new SlowNormalizer(new SlowNormalizerOptions(
            _lowerCase,
            options.KeepAccents ?? settings.KeepAccents ?? false,
            options.RemoveSpace ?? settings.RemoveSpace ?? true));
        try
        {
            _added = new AddedTokenTable(_vocabulary, settings, _lowerCase);
        }
        catch (FormatException e)
        {
            throw model.Proto.Error(e.Message);
        }
        _pieceTokens = new PieceTokens(model, _added);
        _wordwise = WordwiseEncoder.TryMake(model, Prepare, _pieceTokens.AppendIds);
        ModelMaxLength = settings.ModelMaxLength;
        Template = SequenceTemplate.Albert(_added.Ids.Cls, _added.Ids.Sep);
    }

    public override TokenizerSemantics Semantics => TokenizerSemantics.Slow;

    public override int VocabularySize => _added.VocabularySize;

    public override SpecialTokens Special => _added.Ids;

    public override SequenceTemplate Template { get; }

    public override int? ModelMaxLength { get; }

    public override string IdToToken(int id) => _added[id]?.Content ?? _vocabulary.Text(id);

    public override bool TryGetId(string token, out int id)
    {
        id = _added.Find(token);
        if (id < 0)
            id = _vocabulary.Find(token);
        return id >= 0;
    }

    public override void Encode(ReadOnlySpan<char> text, TokenBuffer tokens)
    {
        EncodeScratch scratch = EncodeScratch.Rent();
        try
        {
            text = scratch.WithoutLoneSurrogates(text);
            int word = -1;
            if (_added.MayOccurIn(text))
                EncodeParts(text, scratch, tokens, ref word);
            else
                EncodePart(text, 0, default, scratch, tokens, ref word);
        }
        finally
        {
            scratch.Return();
        }
    }

    public override string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens) =>
        new SlowDecoder(_model, _added, IdToToken).Decode(ids, skipSpecialTokens);

    /// <summary>Cuts the text at its added tokens.</summary>
    private void EncodeParts(ReadOnlySpan<char> text, EncodeScratch scratch, TokenBuffer tokens, ref int word)
    {
        ReadOnlySpan<int> lowerSources = default;
        if (_lowerCase)
        {
            scratch.Lowered.Clear(tokens.WithDetails);
            _added.LowerCase(text, scratch.Lowered);
            text = scratch.Lowered.Text;
            lowerSources = tokens.WithDetails ? scratch.Lowered.Sources : default;
        }
        TextParts.Split(text, _added, scratch.Parts);
        SourceMap map = new(lowerSources, 0, default, default);
        foreach (TextPart part in scratch.Parts)
        {
            if (part.IsEmpty)
                continue;
            if (part.Id < 0)
                EncodePart(part.In(text), part.Start, lowerSources, scratch, tokens, ref word);
            else if (tokens.WithDetails)
                tokens.Add(part.Id, new TextSpan(map.InText(part.Start), map.InText(part.End)), ++word);
            else
                tokens.Add(part.Id);
        }
    }

    /// <summary>Encodes a stretch without added tokens.</summary>
    /// <param name="part">The stretch.</param>
    /// <param name="start">Where it begins in the (lower-cased) text.</param>
    /// <param name="lowerSources">Where the units of the lower-cased text come from; empty where that is the text itself.</param>
    /// <param name="scratch">Working memory.</param>
    /// <param name="tokens">Where to.</param>
    /// <param name="word">The last word's index.</param>
    private void EncodePart(
        ReadOnlySpan<char> part, int start, ReadOnlySpan<int> lowerSources,
        EncodeScratch scratch, TokenBuffer tokens, ref int word)
    {
        bool withDetails = tokens.WithDetails;
        if (!withDetails && _wordwise?.TryEncode(part, scratch, tokens) == true)
            return;
        scratch.Prepared.Clear(withDetails);
        _normalizer.Normalize(part, scratch.Prepared);
        _model.Encode(scratch.Prepared.Text, scratch, withDetails);
        if (!withDetails)
            _pieceTokens.AppendIds(scratch, tokens);
        else
        {
            SourceMap map = new(lowerSources, start, scratch.Prepared.Sources, scratch.Normalized.Sources);
            _pieceTokens.Append(scratch, map, tokens, ref word);
        }
    }

    private ReadOnlySpan<char> Prepare(ReadOnlySpan<char> word, EncodeScratch scratch)
    {
        scratch.Prepared.Clear(withSources: false);
        _normalizer.Normalize(word, scratch.Prepared);
        return scratch.Prepared.Text;
    }
}
