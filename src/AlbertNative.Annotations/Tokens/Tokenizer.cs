namespace AlbertNative.Annotations;

/// <summary>
/// Cuts sentences into tokens as Spark NLP's class of that name: at white space, and of what is between, punctuation at either
/// end is a token of its own.
/// </summary>
public sealed class Tokenizer : RowAnnotator
{
    private static readonly Parameter TargetPatternParameter = Parameter.Text("targetPattern", @"\S+");
    private static readonly Parameter PrefixPatternParameter = Parameter.Text("prefixPattern");
    private static readonly Parameter SuffixPatternParameter = Parameter.Text("suffixPattern");
    private static readonly Parameter InfixPatternsParameter = Parameter.Texts("infixPatterns", []);
    private static readonly Parameter ContextCharsParameter =
        Parameter.Texts("contextChars", ".", ",", ";", ":", "!", "?", "*", "-", "(", ")", "\"", "'");
    private static readonly Parameter SplitPatternParameter = Parameter.Text("splitPattern");
    private static readonly Parameter SplitCharsParameter = Parameter.Texts("splitChars", []);
    private static readonly Parameter ExceptionsParameter = Parameter.Texts("exceptions", []);
    private static readonly Parameter CaseSensitiveExceptionsParameter = Parameter.Flag("caseSensitiveExceptions", true);
    private static readonly Parameter MinLengthParameter = Parameter.Number("minLength", 0);
    private static readonly Parameter MaxLengthParameter = Parameter.Number("maxLength");

    private readonly Lazy<TokenRules> _rules;

    /// <summary>Makes a tokenizer with Spark NLP's defaults.</summary>
    public Tokenizer() => _rules = new(() => new TokenRules(this));

    /// <summary>What a candidate is made of, as a class of characters with a quantifier.</summary>
    public string TargetPattern
    {
        get => Get<string>(TargetPatternParameter)!;
        init => Set(TargetPatternParameter, value);
    }

    /// <summary>A regular expression of what comes off the start of a candidate; it begins with <c>\A</c>. Null for the context characters.</summary>
    public string? PrefixPattern
    {
        get => Get<string>(PrefixPatternParameter);
        init => Set(PrefixPatternParameter, value);
    }

    /// <summary>A regular expression of what comes off its end; it ends with <c>\z</c>. Null for the context characters.</summary>
    public string? SuffixPattern
    {
        get => Get<string>(SuffixPatternParameter);
        init => Set(SuffixPatternParameter, value);
    }

    /// <summary>
    /// Regular expressions of what is between, of which the first that fits is taken; each group is a token. None for what begins
    /// and ends without a context character.
    /// </summary>
    public IReadOnlyList<string> InfixPatterns
    {
        get => Get<IReadOnlyList<string>>(InfixPatternsParameter)!;
        init => Set(InfixPatternsParameter, value);
    }

    /// <summary>The characters that come off a candidate's ends.</summary>
    public IReadOnlyList<string> ContextChars
    {
        get => Get<IReadOnlyList<string>>(ContextCharsParameter)!;
        init => Set(ContextCharsParameter, value);
    }

    /// <summary>A regular expression at which tokens are cut again; null for none.</summary>
    public string? SplitPattern
    {
        get => Get<string>(SplitPatternParameter);
        init => Set(SplitPatternParameter, value);
    }

    /// <summary>Characters at which tokens are cut again, each as a regular expression.</summary>
    public IReadOnlyList<string> SplitChars
    {
        get => Get<IReadOnlyList<string>>(SplitCharsParameter)!;
        init => Set(SplitCharsParameter, value);
    }

    /// <summary>Regular expressions of what stays in one piece.</summary>
    public IReadOnlyList<string> Exceptions
    {
        get => Get<IReadOnlyList<string>>(ExceptionsParameter)!;
        init => Set(ExceptionsParameter, value);
    }

    /// <summary>Whether exceptions look at the case of letters.</summary>
    public bool CaseSensitiveExceptions
    {
        get => Get<bool>(CaseSensitiveExceptionsParameter);
        init => Set(CaseSensitiveExceptionsParameter, value);
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

    /// <inheritdoc/>
    public override IReadOnlyList<string> InputTypes { get; } = [AnnotatorTypes.Document];

    /// <inheritdoc/>
    public override string OutputType => AnnotatorTypes.Token;

    /// <summary>Whether the rule is the one that needs no regular expression.</summary>
    internal bool HasPlainRule => PrefixPattern is null && SuffixPattern is null && InfixPatterns.Count == 0;

    /// <summary>Whether places behind a split, or behind a pair of surrogates between tokens, are wrong as Spark NLP's are.</summary>
    internal bool Slips => IsExact;

    private protected override IEnumerable<Parameter> AnnotatorParameters =>
    [
        TargetPatternParameter, PrefixPatternParameter, SuffixPatternParameter, InfixPatternsParameter, ContextCharsParameter,
        SplitPatternParameter, SplitCharsParameter,
        ExceptionsParameter, CaseSensitiveExceptionsParameter, MinLengthParameter, MaxLengthParameter,
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<Annotation> Annotate(IReadOnlyList<Annotation> annotations)
    {
        ArgumentNullException.ThrowIfNull(annotations);
        (int shortest, int? longest) = (Math.Max(MinLength, 1), MaxLength);
        List<Annotation> tokens = [];
        foreach (Annotation document in OfType(annotations, AnnotatorTypes.Document))
        {
            IReadOnlyDictionary<string, string?> metadata = DocumentMetadata.Of(document.Sentence);
            foreach ((string text, int begin) in _rules.Value.TokensOf(document.Result))
            {
                if (text.Length < shortest || text.Length > longest)
                    continue;
                int start = document.Begin + begin;
                tokens.Add(new Annotation(AnnotatorTypes.Token, start, start + text.Length - 1, text, metadata));
            }
        }
        return tokens;
    }

    internal override void Validate()
    {
        base.Validate();
        if (PrefixPattern?.StartsWith(@"\A", StringComparison.Ordinal) == false)
            throw new ArgumentException($@"Tokenizer '{Uid}': prefixPattern '{PrefixPattern}' must begin with \A");
        if (SuffixPattern?.EndsWith(@"\z", StringComparison.Ordinal) == false)
            throw new ArgumentException($@"Tokenizer '{Uid}': suffixPattern '{SuffixPattern}' must end with \z");
        foreach (string pattern in InfixPatterns)
        {
            if (!pattern.Contains('(') || !pattern.Contains(')'))
                throw new ArgumentException($"Tokenizer '{Uid}': infix pattern '{pattern}' must contain a group");
        }
        foreach (string separator in SplitChars)
        {
            if (!(separator.Length == 1 || (separator.Length == 2 && separator[0] == '\\')))
                throw new ArgumentException($"Tokenizer '{Uid}': '{separator}' of splitChars must be one character, or a backslash and one");
        }
        _ = _rules.Value;
    }
}
