using AlbertNative.Tokenization.SentencePiece;

namespace AlbertNative.Tokenization;

/// <summary>
/// A SentencePiece Unigram model by itself: normalisation, segmentation and decoding exactly as the C++ library
/// (google/sentencepiece 0.1.97) does them. Immutable; any number of threads may share one.
/// </summary>
public sealed class SentencePieceModel
{
    private readonly ModelProto _model;
    private readonly UnigramVocabulary _vocabulary;
    private readonly UnigramSegmenter _segmenter;
    private readonly PieceDecoder _decoder;
    private readonly WordwiseEncoder? _wordwise;

    private SentencePieceModel(ModelProto model)
    {
        _model = model;
        _vocabulary = new UnigramVocabulary(model);
        Normalizer = new SentencePieceNormalizer(
            model.Normalizer, model.Trainer.WhiteSpaceAsSuffix, _vocabulary);
        _segmenter = new UnigramSegmenter(
            _vocabulary.Trie, _vocabulary.Scores, _vocabulary.LowestScore, _vocabulary.UnknownId,
            mergeUnknown: _vocabulary.ByteIds is null);
        _decoder = new PieceDecoder(model, _vocabulary);
        _wordwise = WordwiseEncoder.TryMake(
            this, (text, _) => text, (scratch, tokens) => new PieceExpansion(_vocabulary, scratch).AppendIds(tokens));
    }

    /// <summary>The number of pieces; ids are 0 to this.</summary>
    public int VocabularySize => _vocabulary.Count;

    /// <summary>The id of what stands for text that no piece covers.</summary>
    public int UnknownId => _vocabulary.UnknownId;

    /// <summary>The normaliser.</summary>
    internal SentencePieceNormalizer Normalizer { get; }

    /// <summary>The pieces.</summary>
    internal UnigramVocabulary Vocabulary => _vocabulary;

    /// <summary>The file as it was read.</summary>
    internal ModelProto Proto => _model;

    /// <summary>Reads a <c>spiece.model</c>.</summary>
    /// <exception cref="TokenizerFormatException">The file is malformed, or of a kind that is not supported.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static SentencePieceModel Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Parse(TokenizerLoader.Read(path), path);
    }

    /// <summary>Reads the bytes of a <c>spiece.model</c>, of which it keeps a copy.</summary>
    /// <exception cref="TokenizerFormatException">They are malformed, or a model of a kind that is not supported.</exception>
    public static SentencePieceModel Parse(ReadOnlySpan<byte> model) => Parse(model.ToArray(), null);

    /// <summary>Reads bytes that nobody changes afterwards.</summary>
    internal static SentencePieceModel Parse(byte[] model, string? source)
    {
        ModelProto proto = ModelProtoReader.Read(model, source);
        try
        {
            return new SentencePieceModel(proto);
        }
        catch (Exception e) when (e is FormatException or ArgumentException && e is not TokenizerFormatException)
        {
            throw new TokenizerFormatException(source, e.Message, e);
        }
    }

    /// <summary>A piece's text.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The id is not in the vocabulary.</exception>
    public string IdToPiece(int id)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(id);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(id, VocabularySize);
        return _vocabulary.Text(id);
    }

    /// <summary>The id of a piece's text; false where the vocabulary does not have it.</summary>
    public bool TryGetId(string piece, out int id)
    {
        ArgumentNullException.ThrowIfNull(piece);
        id = _vocabulary.Find(piece);
        return id >= 0;
    }

    /// <summary>Encodes a text. A lone surrogate counts as U+FFFD.</summary>
    public SentencePieceEncoding Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        EncodeScratch scratch = EncodeScratch.Rent();
        try
        {
            Encode(scratch.WithoutLoneSurrogates(text), scratch, withSources: true);
            return new PieceExpansion(_vocabulary, scratch).ToEncoding(text);
        }
        finally
        {
            scratch.Return();
        }
    }

    /// <summary>
    /// Encodes a text to ids alone, into the caller's buffer. Allocates nothing once this thread has encoded a
    /// text as long.
    /// </summary>
    /// <returns>The number of ids written.</returns>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    public int Encode(ReadOnlySpan<char> text, Span<int> destination)
    {
        EncodeScratch scratch = EncodeScratch.Rent();
        TokenBuffer tokens = TokenBuffer.Rent(withDetails: false, CancellationToken.None);
        try
        {
            text = scratch.WithoutLoneSurrogates(text);
            if (_wordwise?.TryEncode(text, scratch, tokens) != true)
            {
                Encode(text, scratch, withSources: false);
                new PieceExpansion(_vocabulary, scratch).AppendIds(tokens);
            }
            if (!tokens.Ids.TryCopyTo(destination))
            {
                throw new ArgumentException(
                    $"The text has {tokens.Count} pieces, the destination holds {destination.Length}.", nameof(destination));
            }
            return tokens.Count;
        }
        finally
        {
            tokens.Return();
            scratch.Return();
        }
    }

    /// <summary>The text of ids.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An id is not in the vocabulary.</exception>
    public string Decode(ReadOnlySpan<int> ids)
    {
        string[] pieces = new string[ids.Length];
        for (int i = 0; i < ids.Length; i++)
            pieces[i] = IdToPiece(ids[i]);
        return _decoder.Decode(pieces);
    }

    /// <summary>The text of pieces. One that the vocabulary does not have stays as it is.</summary>
    public string Decode(IEnumerable<string> pieces)
    {
        ArgumentNullException.ThrowIfNull(pieces);
        return _decoder.Decode(pieces);
    }

    /// <summary>
    /// Normalises and segments a text without lone surrogates; the result is in the scratch, byte fallback still
    /// to be done.
    /// </summary>
    internal void Encode(ReadOnlySpan<char> text, EncodeScratch scratch, bool withSources)
    {
        float score = 0;
        Encode(text, scratch, withSources, ref score);
    }

    /// <summary>
    /// The same for a text that goes on another, from the score of what is before it, which it raises to that of its
    /// own end.
    /// </summary>
    internal void Encode(ReadOnlySpan<char> text, EncodeScratch scratch, bool withSources, ref float score)
    {
        scratch.Normalized.Clear(withSources);
        Normalizer.Normalize(text, scratch.Normalized);
        _segmenter.Segment(scratch.Normalized.Text, scratch.Segments, ref score);
    }

    /// <summary>
    /// The same for the start of a text, as far as what follows cannot change it; the score is of no use afterwards.
    /// </summary>
    /// <param name="text">The start.</param>
    /// <param name="scratch">Where to.</param>
    /// <param name="score">The score of what is before it.</param>
    /// <param name="settled">The characters of it whose normalisation depends on nothing that follows.</param>
    internal void EncodeStart(ReadOnlySpan<char> text, EncodeScratch scratch, float score, int settled)
    {
        scratch.Normalized.Clear(withSources: true);
        Normalizer.Normalize(text, scratch.Normalized);
        int units = scratch.Normalized.Before(settled) - Tries.PieceTrie.LongestPiece;
        _segmenter.SegmentStart(scratch.Normalized.Text, scratch.Segments, ref score, Math.Max(units, 0));
    }

    /// <summary>
    /// Encodes one word as part of a text: from the score of what is before it, which it raises to that of its own
    /// end. False where it does not become one word, so that its neighbours matter.
    /// </summary>
    internal bool TryEncodeWord(ReadOnlySpan<char> word, EncodeScratch scratch, ref float score)
    {
        if (word.Contains(SentencePieceNormalizer.SpaceSymbol))
            return false;
        scratch.Normalized.Clear(withSources: false);
        Normalizer.Normalize(word, scratch.Normalized);
        ReadOnlySpan<char> text = scratch.Normalized.Text;
        if (text.Length < 2 || text.LastIndexOf(SentencePieceNormalizer.SpaceSymbol) != 0)
            return false;
        _segmenter.Segment(text, scratch.Segments, ref score);
        return true;
    }

    /// <summary>How sure the segmentation of a normalised word is; see <see cref="UnigramSegmenter.FindMargin"/>.</summary>
    internal int FindMargin(ReadOnlySpan<char> word, Span<double> steps, out float limit) =>
        _segmenter.FindMargin(word, steps, out limit);
}
