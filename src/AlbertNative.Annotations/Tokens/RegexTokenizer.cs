using AlbertNative.Annotations.Java;

namespace AlbertNative.Annotations;

/// <summary>Cuts sentences into tokens at a regular expression, white space where none is set, as Spark NLP's class of that name.</summary>
public sealed class RegexTokenizer : RowAnnotator
{
    private static readonly Parameter PatternParameter = Parameter.Text("pattern", @"\s+");
    private static readonly Parameter ToLowercaseParameter = Parameter.Flag("toLowercase", false);
    private static readonly Parameter MinLengthParameter = Parameter.Number("minLength", 1);
    private static readonly Parameter MaxLengthParameter = Parameter.Number("maxLength");
    private static readonly Parameter PositionalMaskParameter = Parameter.Flag("positionalMask", false);
    private static readonly Parameter TrimWhitespaceParameter = Parameter.Flag("trimWhitespace", false);
    private static readonly Parameter PreservePositionParameter = Parameter.Flag("preservePosition", true);

    private readonly Lazy<JavaRegex> _pattern;

    /// <summary>Makes a tokenizer with Spark NLP's defaults.</summary>
    public RegexTokenizer() => _pattern = new(() => new JavaRegex(Pattern));

    /// <summary>What is between tokens, in Java's syntax.</summary>
    public string Pattern
    {
        get => Get<string>(PatternParameter)!;
        init => Set(PatternParameter, value);
    }

    /// <summary>Whether the text is lower-cased first. Positions are then those in the lower-cased text.</summary>
    public bool ToLowercase
    {
        get => Get<bool>(ToLowercaseParameter);
        init => Set(ToLowercaseParameter, value);
    }

    /// <summary>The least length of a token, in UTF-16 code units; shorter ones are left out.</summary>
    public int MinLength
    {
        get => Get<int>(MinLengthParameter);
        init => Set(MinLengthParameter, value);
    }

    /// <summary>The greatest length of a token; longer ones are left out; null for any.</summary>
    public int? MaxLength
    {
        get => Get<int?>(MaxLengthParameter);
        init => Set(MaxLengthParameter, value);
    }

    /// <summary>Whether tokens are at the places where they were cut off; otherwise where they are first found behind the one before.</summary>
    public bool PositionalMask
    {
        get => Get<bool>(PositionalMaskParameter);
        init => Set(PositionalMaskParameter, value);
    }

    /// <summary>Whether white space is deleted, inside a token too.</summary>
    public bool TrimWhitespace
    {
        get => Get<bool>(TrimWhitespaceParameter);
        init => Set(TrimWhitespaceParameter, value);
    }

    /// <summary>Whether a token keeps its positions when white space is deleted at its ends.</summary>
    public bool PreservePosition
    {
        get => Get<bool>(PreservePositionParameter);
        init => Set(PreservePositionParameter, value);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> InputTypes { get; } = [AnnotatorTypes.Document];

    /// <inheritdoc/>
    public override string OutputType => AnnotatorTypes.Token;

    private protected override IEnumerable<Parameter> AnnotatorParameters =>
        [PatternParameter, ToLowercaseParameter, MinLengthParameter, MaxLengthParameter, PositionalMaskParameter,
         TrimWhitespaceParameter, PreservePositionParameter];

    /// <inheritdoc/>
    public override IReadOnlyList<Annotation> Annotate(IReadOnlyList<Annotation> annotations)
    {
        ArgumentNullException.ThrowIfNull(annotations);
        List<Annotation> tokens = [];
        foreach (Annotation document in OfType(annotations, AnnotatorTypes.Document))
        {
            IReadOnlyDictionary<string, string?> metadata = DocumentMetadata.Of(document.Sentence);
            foreach ((string text, int begin) in PartsOf(document.Result))
                tokens.Add(TokenOf(text, document.Begin + begin, metadata));
        }
        return tokens;
    }

    internal override void Validate()
    {
        base.Validate();
        _ = _pattern.Value;
    }

    private List<TokenPart> PartsOf(string document)
    {
        string text = ToLowercase ? JavaText.ToLowerCase(document) : document;
        List<TokenPart> parts = [];
        int at = 0;
        foreach ((int from, int to) in _pattern.Value.Split(text))
        {
            if (from == to)
                continue;
            string part = text[from..to];
            int begin = PositionalMask ? from : text.IndexOf(part, at, StringComparison.Ordinal);
            at = begin + part.Length;
            if (part.Length >= MinLength && !(part.Length > MaxLength))
                parts.Add(new TokenPart(part, begin));
        }
        if (PositionalMask && IsExact && at == 0)
            throw new InvalidOperationException($"RegexTokenizer '{Uid}': with positionalMask Spark NLP fails on a text without a token");
        return parts;
    }

    private Annotation TokenOf(string text, int begin, IReadOnlyDictionary<string, string?> metadata)
    {
        int end = begin + text.Length - 1;
        if (!TrimWhitespace)
            return new Annotation(AnnotatorTypes.Token, begin, end, text, metadata);
        string trimmed = string.Concat(text.Where(c => !JavaText.IsWhiteSpace(c)));
        if (!PreservePosition)
        {
            begin += text.TakeWhile(JavaText.IsWhiteSpace).Count();
            end -= text.Reverse().TakeWhile(JavaText.IsWhiteSpace).Count();
        }
        return new Annotation(AnnotatorTypes.Token, begin, end, trimmed, metadata);
    }
}
