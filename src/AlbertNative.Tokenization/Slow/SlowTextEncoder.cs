using System.Buffers;
using AlbertNative.Tokenization.SentencePiece;
using AlbertNative.Tokenization.Unicode;

namespace AlbertNative.Tokenization.Slow;

/// <summary>
/// transformers' slow <c>AlbertTokenizer</c>: added tokens are cut out of the (lower-cased) text, what is between
/// them is normalised and given to SentencePiece, and pieces that end with a comma after a digit are cut once more.
/// </summary>
internal sealed class SlowTextEncoder : TextEncoder
{
    private const int UsualChunk = 4096;

    /// <summary>More characters than any rule of normalisation looks ahead, but those for the end of a word.</summary>
    private const int LookAhead = 2048;

    /// <summary>The characters of a stretch without white space that are looked at first where a few tokens may do.</summary>
    private const int FirstStart = 1 << 16;

    private readonly SentencePieceModel _model;
    private readonly UnigramVocabulary _vocabulary;
    private readonly SlowNormalizer _normalizer;
    private readonly AddedTokenTable _added;
    private readonly SearchValues<char> _addedStarts;
    private readonly PieceTokens _pieceTokens;
    private readonly WordwiseEncoder? _wordwise;
    private readonly TextCuts? _cuts;

    /// <summary>Makes the encoder of a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="settings">What its directory says.</param>
    /// <param name="options">The caller's overrides of that.</param>
    /// <param name="chunkLength">The characters that long texts are encoded at a time, which changes no result.</param>
    /// <exception cref="TokenizerFormatException">The settings do not fit the model.</exception>
    public SlowTextEncoder(
        SentencePieceModel model, TokenizerSettings settings, TokenizerOptions options, int chunkLength = UsualChunk)
    {
        _model = model;
        _vocabulary = model.Vocabulary;
        LowersCase = options.LowerCase ?? settings.LowerCase ?? true;
        KeepsAccents = options.KeepAccents ?? settings.KeepAccents ?? false;
        bool removesSpace = options.RemoveSpace ?? settings.RemoveSpace ?? true;
        _normalizer = new SlowNormalizer(new SlowNormalizerOptions(
            LowersCase, KeepsAccents, removesSpace));
        try
        {
            _added = new AddedTokenTable(
                _vocabulary.Count, text => _vocabulary.Find(text), SpecialTokenRoles.Albert(settings), settings.AddedTokens, LowersCase);
        }
        catch (FormatException e)
        {
            throw model.Proto.Error(e.Message);
        }
        _addedStarts = _added.FindStarts();
        _pieceTokens = new PieceTokens(model, _added);
        _wordwise = WordwiseEncoder.TryMake(model, Prepare, _pieceTokens.AppendIds);
        _cuts = _wordwise is null ? null : TextCuts.TryMake(_added.Tokens.Values, removesSpace, chunkLength);
        ModelMaxLength = settings.ModelMaxLength;
        GivesTokenTypeIds = settings.AllowsTokenTypeIds;
        Template = SequenceTemplate.Bert(_added.Ids.Cls, _added.Ids.Sep);
    }

    /// <summary>Whether text is lower-cased.</summary>
    public bool LowersCase { get; }

    /// <summary>Whether accents stay.</summary>
    public bool KeepsAccents { get; }

    /// <summary>The tokens that are found in the text itself, by id.</summary>
    public IReadOnlyDictionary<int, AddedToken> AddedTokens => _added.Tokens;

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
            Progress progress = new();
            if (tokens.WithDetails && _cuts is not null && _cuts.Allow(text))
                EncodeByChunks(text, scratch, tokens, ref progress);
            else
                EncodeChunk(text, 0, scratch, tokens, ref progress);
        }
        finally
        {
            scratch.Return();
        }
    }

    public override string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens) =>
        new SlowDecoder(_added, IdToToken, _pieceTokens.Join).Decode(ids, skipSpecialTokens);

    /// <summary>What a chunk of a text leaves to the next.</summary>
    private record struct Progress()
    {
        /// <summary>The last word's index.</summary>
        public int Word = -1;

        /// <summary>Whether a stretch without added tokens goes on, which has tokens already.</summary>
        public bool IsInside;

        /// <summary>The score of that stretch so far.</summary>
        public float Score;
    }

    /// <summary>
    /// Encodes a text in parts that do not need each other, so that working memory stays small and the rest of a text
    /// can be left.
    /// </summary>
    private void EncodeByChunks(ReadOnlySpan<char> text, EncodeScratch scratch, TokenBuffer tokens, ref Progress progress)
    {
        int size = _cuts!.ChunkLength;
        for (int from = 0; from < text.Length;)
        {
            Progress before = progress;
            int count = tokens.Count;
            int to = _cuts.Next(text, from, size);
            if (tokens.IsLimited && to - from > 2 * FirstStart && TryEncodeStart(text[from..to], from, scratch, tokens, progress))
                return;
            EncodeChunk(text[from..to], from, scratch, tokens, ref progress);
            if (tokens.Count == count && to < text.Length)
            {
                // Nothing came of it, so the space before it is that of what follows.
                (progress, size) = (before, (int)Math.Min(size * 2L, text.Length));
                continue;
            }
            if (to < text.Length && tokens.HasEnough())
                return;
            (from, size) = (to, _cuts.ChunkLength);
        }
    }

    /// <summary>
    /// Encodes as much of a long stretch as gives enough tokens, those that are the same whatever follows; false, with
    /// nothing appended, where all of it is needed.
    /// </summary>
    private bool TryEncodeStart(ReadOnlySpan<char> chunk, int offset, EncodeScratch scratch, TokenBuffer tokens, Progress progress)
    {
        int count = tokens.Count;
        for (long length = FirstStart; length < chunk.Length; length *= 4)
        {
            ReadOnlySpan<char> start = chunk[..(int)length];
            // A character that ends the look at what follows a capital sigma.
            while (!start.IsEmpty && (char.IsSurrogate(start[^1]) || UnicodeData.IsCaseIgnorable(start[^1], UnicodeVersion.V14)))
                start = start[..^1];
            if (start.Length <= LookAhead || start.ContainsAny(_addedStarts))
                return false;
            Progress attempt = progress;
            EncodePart(start, offset, 0, default, scratch, tokens, ref attempt, isStart: true);
            if (tokens.HasEnough())
                return true;
            tokens.Truncate(count);
        }
        return false;
    }

    private void EncodeChunk(ReadOnlySpan<char> text, int offset, EncodeScratch scratch, TokenBuffer tokens, ref Progress progress)
    {
        if (text.ContainsAny(_addedStarts))
            EncodeParts(text, offset, scratch, tokens, ref progress);
        else
            EncodePart(text, offset, 0, default, scratch, tokens, ref progress);
    }

    /// <summary>Cuts the text at its added tokens.</summary>
    private void EncodeParts(ReadOnlySpan<char> text, int offset, EncodeScratch scratch, TokenBuffer tokens, ref Progress progress)
    {
        text = _added.Cut(text, scratch, tokens.WithDetails, out ReadOnlySpan<int> lowerSources);
        SourceMap map = new(offset, lowerSources, 0, default, default);
        foreach (TextPart part in scratch.Parts)
        {
            if (part.IsEmpty)
                continue;
            if (part.Id < 0)
            {
                EncodePart(part.In(text), offset, part.Start, lowerSources, scratch, tokens, ref progress);
                continue;
            }
            progress.IsInside = false;
            if (tokens.WithDetails)
                tokens.Add(part.Id, new TextSpan(map.InText(part.Start), map.InText(part.End)), ++progress.Word);
            else
                tokens.Add(part.Id);
        }
    }

    /// <summary>Encodes a stretch without added tokens.</summary>
    /// <param name="part">The stretch.</param>
    /// <param name="offset">Where the chunk begins that it is a part of.</param>
    /// <param name="start">Where it begins in the (lower-cased) chunk.</param>
    /// <param name="lowerSources">Where the units of the lower-cased chunk come from; empty where that is the chunk itself.</param>
    /// <param name="scratch">Working memory.</param>
    /// <param name="tokens">Where to.</param>
    /// <param name="progress">What the chunk before it has left, then what this leaves.</param>
    /// <param name="isStart">Whether more of it follows, so that only what that cannot change is wanted.</param>
    private void EncodePart(
        ReadOnlySpan<char> part, int offset, int start, ReadOnlySpan<int> lowerSources,
        EncodeScratch scratch, TokenBuffer tokens, ref Progress progress, bool isStart = false)
    {
        bool withDetails = tokens.WithDetails;
        if (!withDetails && _wordwise?.TryEncode(part, scratch, tokens) == true)
            return;
        bool goesOn = progress.IsInside && start == 0;
        float score = goesOn ? progress.Score : 0;
        scratch.Prepared.Clear(withDetails);
        _normalizer.Normalize(part, scratch.Prepared);
        if (isStart)
            _model.EncodeStart(scratch.Prepared.Text, scratch, score, scratch.Prepared.Before(part.Length - LookAhead));
        else
            _model.Encode(scratch.Prepared.Text, scratch, withDetails, ref score);
        if (!withDetails)
        {
            _pieceTokens.AppendIds(scratch, tokens);
            return;
        }
        int first = tokens.Count;
        SourceMap map = new(offset, lowerSources, start, scratch.Prepared.Sources, scratch.Normalized.Sources);
        _pieceTokens.Append(scratch, map, tokens, ref progress.Word);
        if (tokens.Count == first)
            return;
        // The space before it, which the chunk began with, is the first token's.
        if (goesOn)
            tokens.Spans[first] = tokens.Spans[first] with { Start = tokens.Spans[first - 1].End };
        (progress.IsInside, progress.Score) = (true, score);
    }

    private ReadOnlySpan<char> Prepare(ReadOnlySpan<char> word, EncodeScratch scratch)
    {
        scratch.Prepared.Clear(withSources: false);
        _normalizer.Normalize(word, scratch.Prepared);
        return scratch.Prepared.Text;
    }
}
