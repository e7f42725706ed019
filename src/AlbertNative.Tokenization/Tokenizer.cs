namespace AlbertNative.Tokenization;

/// <summary>
/// A model's tokenizer, as transformers' slow <c>AlbertTokenizer</c> or as Hugging Face's Rust tokenizers give it.
/// Immutable; any number of threads may share one.
/// </summary>
public sealed class Tokenizer
{
    private readonly TextEncoder _encoder;

    internal Tokenizer(TextEncoder encoder) => _encoder = encoder;

    /// <summary>Which reference implementation this reproduces.</summary>
    public TokenizerSemantics Semantics => _encoder.Semantics;

    /// <summary>
    /// Whether the reference gives <see cref="Encoding.TokenTypeIds"/> to the model: not where <c>model_input_names</c> leaves them out,
    /// and with <see cref="TokenizerSemantics.Transformers5"/> only where it names them. Else the model sees type 0 everywhere
    /// (<see cref="Encoding.ModelTokenTypeIds"/>).
    /// </summary>
    public bool GivesTokenTypeIds => _encoder.GivesTokenTypeIds;

    /// <summary>The number of ids, added tokens included.</summary>
    public int VocabularySize => _encoder.VocabularySize;

    /// <summary>The id of the padding token, or -1.</summary>
    public int PadId => _encoder.Special.Pad;

    /// <summary>The id of the unknown token, or -1.</summary>
    public int UnknownId => _encoder.Special.Unknown;

    /// <summary>The id of <c>[CLS]</c>, or -1.</summary>
    public int ClsId => _encoder.Special.Cls;

    /// <summary>The id of <c>[SEP]</c>, or -1.</summary>
    public int SepId => _encoder.Special.Sep;

    /// <summary>The id of <c>[MASK]</c>, or -1.</summary>
    public int MaskId => _encoder.Special.Mask;

    /// <summary>The longest input that the tokenizer's files claim for the model, or null.</summary>
    public int? ModelMaxLength => _encoder.ModelMaxLength;

    /// <summary>
    /// The truncation and padding that a <c>tokenizer.json</c> was saved with, or null. They are not applied unless these are
    /// passed to a call, as in transformers; Hugging Face's library by itself always applies them. Padding to the longest text
    /// of a batch has no length here.
    /// </summary>
    /// <exception cref="NotSupportedException">The file truncates texts from their start.</exception>
    public EncodeOptions? FileOptions => _encoder.FileOptions;

    /// <summary>
    /// Loads a directory (its <c>tokenizer.json</c>, else its <c>spiece.model</c> or <c>vocab.txt</c>, with the settings beside
    /// it) or one file alone, whose neighbours are ignored. A name on the hub is no path: <c>HubModel.Resolve</c> of the
    /// package AlbertNative.Hub makes one of it.
    /// </summary>
    /// <exception cref="TokenizerFormatException">A file is malformed or asks for something unsupported.</exception>
    /// <exception cref="IOException">There is no such file, or it cannot be read.</exception>
    public static Tokenizer Load(string path, TokenizerOptions? options = null) =>
        TokenizerLoader.Load(path, options ?? new TokenizerOptions());

    /// <summary>Loads a model's tokenizer as out of a directory, wherever the directory's files really lie.</summary>
    /// <param name="files">A file's content by its name (<c>spiece.model</c>, <c>tokenizer_config.json</c>), null where there is none.</param>
    /// <param name="source">What errors call the place.</param>
    /// <param name="options">What to do otherwise than the files say.</param>
    /// <exception cref="TokenizerFormatException">A file is malformed or asks for something unsupported.</exception>
    /// <exception cref="IOException">There is none of the three vocabularies.</exception>
    public static Tokenizer Load(Func<string, byte[]?> files, string source, TokenizerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(source);
        return TokenizerLoader.Load(files, source, options ?? new TokenizerOptions());
    }

    /// <summary>Makes a tokenizer of a <c>spiece.model</c> in memory; slow unless the options force fast.</summary>
    /// <exception cref="TokenizerFormatException">The model is malformed or of an unsupported kind.</exception>
    public static Tokenizer FromSentencePiece(
        ReadOnlyMemory<byte> model, TokenizerSettings? settings = null, TokenizerOptions? options = null) =>
        TokenizerLoader.FromSentencePiece(model, settings ?? TokenizerSettings.Default, options ?? new TokenizerOptions());

    /// <summary>Makes a fast tokenizer of a <c>tokenizer.json</c> in memory.</summary>
    /// <exception cref="TokenizerFormatException">The file is malformed or has an unsupported component.</exception>
    public static Tokenizer FromTokenizerJson(
        ReadOnlyMemory<byte> json, TokenizerSettings? settings = null, TokenizerOptions? options = null) =>
        TokenizerLoader.FromTokenizerJson(json, settings ?? TokenizerSettings.Default, options ?? new TokenizerOptions());

    /// <summary>Makes BERT's tokenizer of a <c>vocab.txt</c> in memory; fast unless the options force slow.</summary>
    /// <exception cref="TokenizerFormatException">The vocabulary lacks the unknown token, or is another class's.</exception>
    public static Tokenizer FromVocabulary(
        ReadOnlyMemory<byte> vocabulary, TokenizerSettings? settings = null, TokenizerOptions? options = null) =>
        TokenizerLoader.FromVocabulary(vocabulary, settings ?? TokenizerSettings.Default, options ?? new TokenizerOptions());

    /// <summary>The token of an id, as the vocabulary writes it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The id is not in the vocabulary.</exception>
    public string IdToToken(int id)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(id);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(id, VocabularySize);
        return _encoder.IdToToken(id);
    }

    /// <summary>The id of a token written exactly as the vocabulary does (<c>▁the</c>, <c>[MASK]</c>).</summary>
    public bool TryGetId(string token, out int id)
    {
        ArgumentNullException.ThrowIfNull(token);
        return _encoder.TryGetId(token, out id);
    }

    /// <summary>Encodes one text.</summary>
    /// <exception cref="ArgumentException">The options cannot be met.</exception>
    public Encoding Encode(string text, EncodeOptions? options = null) => Encode(text, options, CancellationToken.None);

    /// <summary>Encodes one text, unless the caller cancels it.</summary>
    /// <exception cref="ArgumentException">The options cannot be met.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public Encoding Encode(string text, EncodeOptions? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(text);
        return EncodeSources([text], null, words: false, options, cancellationToken);
    }

    /// <summary>Encodes a pair of texts.</summary>
    /// <exception cref="ArgumentException">The options cannot be met.</exception>
    public Encoding Encode(string text, string pair, EncodeOptions? options = null) =>
        Encode(text, pair, options, CancellationToken.None);

    /// <summary>Encodes a pair of texts, unless the caller cancels it.</summary>
    /// <exception cref="ArgumentException">The options cannot be met.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public Encoding Encode(string text, string pair, EncodeOptions? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(pair);
        return EncodeSources([text], [pair], words: false, options, cancellationToken);
    }

    /// <summary>
    /// Encodes a text that the caller has already split into words. <see cref="Encoding.WordIndices"/> are
    /// indices into <paramref name="words"/>, <see cref="Encoding.Spans"/> are relative to each word.
    /// </summary>
    /// <exception cref="ArgumentException">A word is null, or the options cannot be met.</exception>
    public Encoding EncodeWords(IReadOnlyList<string> words, EncodeOptions? options = null) =>
        EncodeWords(words, options, CancellationToken.None);

    /// <summary>The same, unless the caller cancels it.</summary>
    /// <exception cref="ArgumentException">A word is null, or the options cannot be met.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public Encoding EncodeWords(IReadOnlyList<string> words, EncodeOptions? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(words);
        return EncodeSources(words, null, words: true, options, cancellationToken);
    }

    /// <summary>Encodes a pair of texts that the caller has already split into words.</summary>
    /// <exception cref="ArgumentException">A word is null, or the options cannot be met.</exception>
    public Encoding EncodeWords(IReadOnlyList<string> words, IReadOnlyList<string> pairWords, EncodeOptions? options = null) =>
        EncodeWords(words, pairWords, options, CancellationToken.None);

    /// <summary>The same, unless the caller cancels it.</summary>
    /// <exception cref="ArgumentException">A word is null, or the options cannot be met.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public Encoding EncodeWords(
        IReadOnlyList<string> words, IReadOnlyList<string> pairWords, EncodeOptions? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(words);
        ArgumentNullException.ThrowIfNull(pairWords);
        return EncodeSources(words, pairWords, words: true, options, cancellationToken);
    }

    /// <summary>Encodes each text; nothing is padded.</summary>
    /// <exception cref="ArgumentException">A text is null, or the options cannot be met.</exception>
    public IReadOnlyList<Encoding> EncodeBatch(IEnumerable<string> texts, EncodeOptions? options = null) =>
        EncodeBatch(texts, options, CancellationToken.None);

    /// <summary>The same, unless the caller cancels it.</summary>
    /// <exception cref="ArgumentException">A text is null, or the options cannot be met.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public IReadOnlyList<Encoding> EncodeBatch(
        IEnumerable<string> texts, EncodeOptions? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(texts);
        List<Encoding> encodings = [];
        foreach (string text in texts)
            encodings.Add(Encode(text, options, cancellationToken));
        return encodings;
    }

    /// <summary>Encodes each pair; nothing is padded.</summary>
    /// <exception cref="ArgumentException">A text is null, or the options cannot be met.</exception>
    public IReadOnlyList<Encoding> EncodeBatch(IEnumerable<(string Text, string Pair)> pairs, EncodeOptions? options = null) =>
        EncodeBatch(pairs, options, CancellationToken.None);

    /// <summary>The same, unless the caller cancels it.</summary>
    /// <exception cref="ArgumentException">A text is null, or the options cannot be met.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public IReadOnlyList<Encoding> EncodeBatch(
        IEnumerable<(string Text, string Pair)> pairs, EncodeOptions? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        List<Encoding> encodings = [];
        foreach ((string text, string pair) in pairs)
            encodings.Add(Encode(text, pair, options, cancellationToken));
        return encodings;
    }

    /// <summary>
    /// Encodes one text to ids alone, special tokens included, into the caller's buffer. Allocates nothing once
    /// this thread has encoded a text as long.
    /// </summary>
    /// <returns>The number of ids written.</returns>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public int Encode(ReadOnlySpan<char> text, Span<int> destination, CancellationToken cancellationToken = default)
    {
        TokenBuffer tokens = TokenBuffer.Rent(withDetails: false, cancellationToken);
        try
        {
            tokens.Start(enough: Math.Max(destination.Length - _encoder.Template.SpecialCount(pair: false), 0) + 1);
            _encoder.Encode(text, tokens);
            return WriteIds(tokens.Ids, destination);
        }
        finally
        {
            tokens.Return();
        }
    }

    /// <summary>The text of ids.</summary>
    /// <param name="ids">Ids as this tokenizer gives them.</param>
    /// <param name="skipSpecialTokens">Whether special tokens are left out.</param>
    /// <param name="cleanUpSpaces">Whether spaces before English punctuation and contractions are removed.</param>
    /// <exception cref="ArgumentOutOfRangeException">An id is not in the vocabulary.</exception>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = true, bool cleanUpSpaces = false)
    {
        foreach (int id in ids)
        {
            if (id < 0 || id >= VocabularySize)
                throw new ArgumentOutOfRangeException(nameof(ids), $"there is no token {id}: the vocabulary has ids from 0 to {VocabularySize - 1}");
        }
        string text = _encoder.Decode(ids, skipSpecialTokens);
        return cleanUpSpaces ? SpaceCleanup.Apply(text) : text;
    }

    private int WriteIds(ReadOnlySpan<int> ids, Span<int> destination)
    {
        TemplatePart[] parts = _encoder.Template.Single;
        int count = ids.Length + _encoder.Template.SpecialCount(pair: false);
        if (destination.Length < count)
        {
            throw new ArgumentException(
                $"The text has at least {count} tokens, the destination holds {destination.Length}.", nameof(destination));
        }
        int at = 0;
        foreach (TemplatePart part in parts)
        {
            if (part.Kind == TemplatePartKind.Special)
                destination[at++] = part.Id;
            else
            {
                ids.CopyTo(destination[at..]);
                at += ids.Length;
            }
        }
        return at;
    }

    private Encoding EncodeSources(
        IReadOnlyList<string> first, IReadOnlyList<string>? second, bool words, EncodeOptions? options,
        CancellationToken cancellationToken)
    {
        options ??= EncodeOptions.Default;
        options.Validate(VocabularySize);
        TokenBuffer firstTokens = TokenBuffer.Rent(withDetails: true, cancellationToken);
        TokenBuffer? secondTokens = second is null ? null : TokenBuffer.Rent(withDetails: true, cancellationToken);
        try
        {
            TextSources sources = new(_encoder, words, firstTokens, first, secondTokens, second);
            return sources.Encode(options);
        }
        finally
        {
            secondTokens?.Return();
            firstTokens.Return();
        }
    }
}
