using AlbertNative.Model;
using AlbertNative.Tokenization;

namespace AlbertNative;

/// <summary>Encodes texts for a model, within its length and as the caller wants long ones treated.</summary>
internal sealed class InputEncoder
{
    private readonly Overlong _overlong;

    /// <summary>Checks that tokenizer, model and options fit together.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="config">The model.</param>
    /// <param name="options">The task's options.</param>
    /// <param name="maxSequenceLength">A further limit, from sentence-transformers' files; null for none.</param>
    /// <exception cref="ArgumentException">A length is impossible.</exception>
    public InputEncoder(Tokenizer tokenizer, ModelConfig config, TaskOptions options, int? maxSequenceLength = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BatchTokens, 1, nameof(options.BatchTokens));

        Tokenizer = tokenizer;
        _overlong = options.Overlong;
        MaxLength = options.MaxLength ?? Math.Min(
            config.MaxPositionCount,
            Math.Min(tokenizer.ModelMaxLength ?? int.MaxValue, maxSequenceLength ?? int.MaxValue));
        if (MaxLength < 1 || MaxLength > config.MaxPositionCount)
        {
            throw new ArgumentOutOfRangeException(
                nameof(options), MaxLength, $"the maximal length must be between 1 and the model's {config.MaxPositionCount} positions");
        }
    }

    public Tokenizer Tokenizer { get; }

    /// <summary>The most tokens of a model input.</summary>
    public int MaxLength { get; }

    /// <summary>Encodes a text.</summary>
    /// <exception cref="ArgumentException">It is too long, and to be refused or too long for windows.</exception>
    public EncodedInput<TInput> Encode<TInput>(TInput input, string text) =>
        Fit(input, options => Tokenizer.Encode(text, options));

    /// <summary>Encodes a text that is split into words.</summary>
    /// <exception cref="ArgumentException">It is too long, and to be refused or too long for windows.</exception>
    public EncodedInput<TInput> EncodeWords<TInput>(TInput input, IReadOnlyList<string> words) =>
        Fit(input, options => Tokenizer.EncodeWords(words, options));

    /// <summary>Encodes pairs of texts, each one model input: pairs are not read in windows.</summary>
    /// <param name="input">The caller's input.</param>
    /// <param name="pairs">The pairs.</param>
    /// <param name="strategy">Which text is cut where pairs are to be.</param>
    /// <exception cref="ArgumentException">One is too long, and to be refused; or what is not to be cut leaves no room.</exception>
    public EncodedInput<TInput> EncodePairs<TInput>(
        TInput input, IEnumerable<(string First, string Second)> pairs, TruncationStrategy strategy = TruncationStrategy.LongestFirst)
    {
        TruncationStrategy cut = _overlong.Action == OverlongAction.Truncate ? strategy : TruncationStrategy.LongestFirst;
        Encoding[] encodings =
            [.. pairs.Select(pair => Limited(options => Tokenizer.Encode(pair.First, pair.Second, options with { Truncation = cut })))];
        return new(input, encodings, [.. encodings.Select(TokenWindow.Whole)]);
    }

    /// <summary>Takes ids as they are, all of one type, special tokens only where the caller has put them.</summary>
    /// <exception cref="ArgumentException">There are none, one is not in the vocabulary, or they are too many and to be refused or read in windows.</exception>
    public EncodedInput<IReadOnlyList<int>> EncodeIds(IReadOnlyList<int> ids)
    {
        if (ids.Count == 0)
            throw new ArgumentException("there is no token");
        for (int i = 0; i < ids.Count; i++)
        {
            if ((uint)ids[i] >= (uint)Tokenizer.VocabularySize)
                throw new ArgumentException($"token {i} has the id {ids[i]}, the vocabulary ids from 0 to {Tokenizer.VocabularySize - 1}");
        }
        if (ids.Count > MaxLength && _overlong.Action != OverlongAction.Truncate)
            throw new OverlongTextException(ids.Count, MaxLength);
        int kept = Math.Min(ids.Count, MaxLength);
        int first = _overlong.Side == TruncationSide.Left ? ids.Count - kept : 0;
        return new(ids, [], [TokenWindow.Of([.. ids.Skip(first).Take(kept)])]) { IsTruncated = kept < ids.Count };
    }

    /// <summary>Encodes a question and its context, the context in as many windows as it needs.</summary>
    /// <param name="input">The caller's input.</param>
    /// <param name="question">The question, never cut.</param>
    /// <param name="context">The context.</param>
    /// <param name="maxLength">The most tokens of a window.</param>
    /// <param name="stride">
    /// Tokens that neighbouring windows share; of a window with little room for the context, at most half of that.
    /// </param>
    /// <exception cref="ArgumentException">The question leaves no room for the context.</exception>
    public EncodedInput<TInput> EncodeQuestion<TInput>(TInput input, string question, string context, int maxLength, int stride)
    {
        Encoding encoding = Tokenizer.Encode(question, context);
        int contextTokens = encoding.SequenceIndices.Count(1);
        int room = maxLength - (encoding.Count - contextTokens);
        return room > 0 || contextTokens == 0
            ? new(input, [encoding], TokenWindow.Cut(encoding, sequence: 1, maxLength, Math.Min(stride, room / 2)))
            : throw new ArgumentException($"the question has so many tokens that a window of {maxLength} has no room for the context");
    }

    /// <summary>For tasks whose inputs cannot be read in windows.</summary>
    /// <exception cref="ArgumentException">That is what the options ask for.</exception>
    public void RefuseWindows(string what)
    {
        if (_overlong.Action == OverlongAction.Window)
            throw new ArgumentException($"{what} cannot read its inputs in windows: refuse or truncate long ones");
    }

    private EncodedInput<TInput> Fit<TInput>(TInput input, Func<EncodeOptions, Encoding> encode)
    {
        if (_overlong.Action != OverlongAction.Window)
        {
            Encoding encoding = Limited(encode);
            return new(input, [encoding], [TokenWindow.Whole(encoding)]);
        }
        Encoding whole = encode(EncodeOptions.Default);
        return new(input, [whole], TokenWindow.Cut(whole, sequence: 0, MaxLength, _overlong.Stride ?? (MaxLength / 4)));
    }

    private Encoding Limited(Func<EncodeOptions, Encoding> encode)
    {
        // A text of any length is refused without being encoded to its end.
        Encoding encoding = encode(EncodeOptions.Default with { MaxLength = MaxLength, Side = _overlong.Side });
        // Where one text of a pair may not be cut, what is left of the other may still be too much.
        if (encoding.Count > MaxLength)
            throw new OverlongTextException(encoding.Count, MaxLength);
        if (_overlong.Action == OverlongAction.Truncate || !encoding.IsTruncated)
            return encoding;
        Encoding counted = encode(EncodeOptions.Default with { MaxLength = Math.Max(MaxLength, OverlongTextException.MostCounted) });
        throw new OverlongTextException(counted.Count, MaxLength, isLonger: counted.IsTruncated);
    }
}
