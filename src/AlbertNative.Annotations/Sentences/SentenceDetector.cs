using AlbertNative.Annotations.Java;

namespace AlbertNative.Annotations;

/// <summary>
/// Cuts documents into sentences by rules, as Spark NLP's class of that name. Line ends end no sentence: give them as custom
/// bounds where they should.
/// </summary>
public sealed class SentenceDetector : RowAnnotator
{
    private static readonly Parameter s_useAbbreviations = Parameter.Flag("useAbbrevations", true);
    private static readonly Parameter s_detectLists = Parameter.Flag("detectLists", true);
    private static readonly Parameter s_useCustomBoundsOnly = Parameter.Flag("useCustomBoundsOnly", false);
    private static readonly Parameter s_customBounds = Parameter.Texts("customBounds", []);
    private static readonly Parameter s_customBoundsStrategy = Parameter.Text("customBoundsStrategy", "none");
    private static readonly Parameter s_explodeSentences = Parameter.Flag("explodeSentences", false);
    private static readonly Parameter s_splitLength = Parameter.Number("splitLength");
    private static readonly Parameter s_minLength = Parameter.Number("minLength", 0);
    private static readonly Parameter s_maxLength = Parameter.Number("maxLength");
    private static readonly string[] s_strategies = ["none", "prepend", "append"];

    private readonly Lazy<JavaRegex[]> _bounds;

    /// <summary>Makes a detector with Spark NLP's defaults.</summary>
    public SentenceDetector() => _bounds = new(() => [.. CustomBounds.Select(bound => new JavaRegex(bound))]);

    /// <summary>Whether a dot behind an abbreviation of its dictionary ends no sentence.</summary>
    public bool UseAbbreviations
    {
        get => Get<bool>(s_useAbbreviations);
        init => Set(s_useAbbreviations, value);
    }

    /// <summary>Whether an item of a list begins a sentence.</summary>
    public bool DetectLists
    {
        get => Get<bool>(s_detectLists);
        init => Set(s_detectLists, value);
    }

    /// <summary>Whether sentences end at <see cref="CustomBounds"/> alone.</summary>
    public bool UseCustomBoundsOnly
    {
        get => Get<bool>(s_useCustomBoundsOnly);
        init => Set(s_useCustomBoundsOnly, value);
    }

    /// <summary>Regular expressions of Java's syntax at which sentences end.</summary>
    public IReadOnlyList<string> CustomBounds
    {
        get => Get<IReadOnlyList<string>>(s_customBounds)!;
        init => Set(s_customBounds, value);
    }

    /// <summary>What becomes of a custom bound.</summary>
    public BoundsStrategy CustomBoundsStrategy
    {
        get
        {
            string name = Get<string>(s_customBoundsStrategy)!;
            int index = Array.IndexOf(s_strategies, name);
            return index >= 0
                ? (BoundsStrategy)index
                : throw new ArgumentException($"there is no customBoundsStrategy '{name}', only {string.Join(", ", s_strategies)}");
        }

        init => Set(s_customBoundsStrategy, s_strategies[(int)value]);
    }

    /// <summary>Whether each sentence becomes a row of its own; its column is then the last.</summary>
    public bool ExplodeSentences
    {
        get => Get<bool>(s_explodeSentences);
        init => Set(s_explodeSentences, value);
    }

    /// <summary>The length beyond which a sentence is cut between words; null for any.</summary>
    public int? SplitLength
    {
        get => Get<int?>(s_splitLength);
        init => Set(s_splitLength, value);
    }

    /// <summary>The least length of a sentence, in UTF-16 code units; shorter ones are left out.</summary>
    public int MinLength
    {
        get => Get<int>(s_minLength);
        init => Set(s_minLength, value);
    }

    /// <summary>The greatest length of a sentence; longer ones are left out; null for any.</summary>
    public int? MaxLength
    {
        get => Get<int?>(s_maxLength);
        init => Set(s_maxLength, value);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> InputTypes { get; } = [AnnotatorTypes.Document];

    /// <inheritdoc/>
    public override string OutputType => AnnotatorTypes.Document;

    private protected override IEnumerable<Parameter> AnnotatorParameters =>
    [
        s_useAbbreviations, s_detectLists, s_useCustomBoundsOnly, s_customBounds, s_customBoundsStrategy, s_explodeSentences,
        s_splitLength, s_minLength, s_maxLength,
    ];

    /// <inheritdoc/>
    public override FrameSchema TransformSchema(FrameSchema schema)
    {
        FrameSchema output = base.TransformSchema(schema);
        return ExplodeSentences
            ? output.Without(column => column.Name == OutputCol).With(output.Find(OutputCol)!)
            : output;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Annotation> Annotate(IReadOnlyList<Annotation> annotations)
    {
        ArgumentNullException.ThrowIfNull(annotations);
        IEnumerable<SentencePart> sentences = OfType(annotations, AnnotatorTypes.Document)
            .SelectMany(document => SentencesOf(document.Result))
            .OrderBy(sentence => sentence.Begin);
        return
        [
            .. sentences.Select((sentence, i) => new Annotation(
                AnnotatorTypes.Document, sentence.Begin, sentence.Begin + sentence.Text.Length - 1, sentence.Text, DocumentMetadata.Of(i))),
        ];
    }

    internal override void Validate()
    {
        base.Validate();
        _ = CustomBoundsStrategy;
        _ = _bounds.Value;
        if (SplitLength is < 1)
            throw new ArgumentException($"SentenceDetector '{Uid}': splitLength is {SplitLength}, it must be at least 1");
    }

    internal override IEnumerable<AnnotationRow> TransformRows(AnnotationFrame frame, StageCall call)
    {
        IEnumerable<AnnotationRow> rows = base.TransformRows(frame, call);
        // A light pipeline has one row for each text.
        return ExplodeSentences && !call.IsLight
            ? rows.SelectMany(row => row.Annotations(OutputCol).Select(sentence => row.With(OutputCol, (Annotation[])[sentence])))
            : rows;
    }

    private IEnumerable<SentencePart> SentencesOf(string text)
    {
        IEnumerable<SentencePart> sentences = SentenceCuts.Of(text, MarkingOf(text), searched: IsExact);
        if (SplitLength is int length)
            sentences = sentences.SelectMany(sentence => SentenceSplitting.Split(sentence, length, slipping: IsExact));
        return sentences.Where(sentence => sentence.Text.Length > 0 && sentence.Text.Length >= MinLength
            && !(sentence.Text.Length > MaxLength));
    }

    private SentenceMarking MarkingOf(string text)
    {
        SentenceMarking marking = new(text);
        foreach (JavaRegex bound in _bounds.Value)
            marking.Bound(bound, CustomBoundsStrategy);
        if (UseCustomBoundsOnly && _bounds.Value.Length > 0)
            return marking;
        if (DetectLists)
            marking.Lists();
        // With bounds of the user's, Spark NLP looks at abbreviations first.
        if (_bounds.Value.Length == 0)
            marking.Numbers();
        marking.Abbreviations(UseAbbreviations);
        if (_bounds.Value.Length > 0)
            marking.Numbers();
        marking.Punctuation();
        return marking;
    }
}
