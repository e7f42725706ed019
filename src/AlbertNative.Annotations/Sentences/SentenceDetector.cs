using AlbertNative.Annotations.Java;

namespace AlbertNative.Annotations;

/// <summary>
/// Cuts documents into sentences by rules, as Spark NLP's class of that name. Line ends end no sentence: give them as custom
/// bounds where they should.
/// </summary>
public sealed class SentenceDetector : RowAnnotator
{
    private static readonly SettingNames<BoundsStrategy> Strategies = new("customBoundsStrategy", "none", "prepend", "append");
    private static readonly Parameter UseAbbreviationsParameter = Parameter.Flag("useAbbrevations", true, alias: "useAbbreviations");
    private static readonly Parameter DetectListsParameter = Parameter.Flag("detectLists", true);
    private static readonly Parameter UseCustomBoundsOnlyParameter = Parameter.Flag("useCustomBoundsOnly", false);
    private static readonly Parameter CustomBoundsParameter = Parameter.Texts("customBounds", []);
    private static readonly Parameter CustomBoundsStrategyParameter = Parameter.Text("customBoundsStrategy", Strategies.NameOf(BoundsStrategy.None));
    private static readonly Parameter ExplodeSentencesParameter = Parameter.Flag("explodeSentences", false);
    private static readonly Parameter SplitLengthParameter = Parameter.Number("splitLength");
    private static readonly Parameter MinLengthParameter = Parameter.Number("minLength", 0);
    private static readonly Parameter MaxLengthParameter = Parameter.Number("maxLength");

    private readonly Lazy<JavaRegex[]> _bounds;

    /// <summary>Makes a detector with Spark NLP's defaults.</summary>
    public SentenceDetector() => _bounds = new(() => [.. CustomBounds.Select(bound => new JavaRegex(bound))]);

    /// <summary>Whether a dot behind an abbreviation of its dictionary ends no sentence.</summary>
    public bool UseAbbreviations
    {
        get => Get<bool>(UseAbbreviationsParameter);
        init => Set(UseAbbreviationsParameter, value);
    }

    /// <summary>Whether an item of a list begins a sentence.</summary>
    public bool DetectLists
    {
        get => Get<bool>(DetectListsParameter);
        init => Set(DetectListsParameter, value);
    }

    /// <summary>Whether sentences end at <see cref="CustomBounds"/> alone.</summary>
    public bool UseCustomBoundsOnly
    {
        get => Get<bool>(UseCustomBoundsOnlyParameter);
        init => Set(UseCustomBoundsOnlyParameter, value);
    }

    /// <summary>Regular expressions of Java's syntax at which sentences end.</summary>
    public IReadOnlyList<string> CustomBounds
    {
        get => Get<IReadOnlyList<string>>(CustomBoundsParameter)!;
        init => Set(CustomBoundsParameter, value);
    }

    /// <summary>What becomes of a custom bound.</summary>
    public BoundsStrategy CustomBoundsStrategy
    {
        get => Strategies.Parse(Get<string>(CustomBoundsStrategyParameter)!);
        init => Set(CustomBoundsStrategyParameter, Strategies.NameOf(value));
    }

    /// <summary>Whether each sentence becomes a row of its own; its column is then the last.</summary>
    public bool ExplodeSentences
    {
        get => Get<bool>(ExplodeSentencesParameter);
        init => Set(ExplodeSentencesParameter, value);
    }

    /// <summary>The length beyond which a sentence is cut between words; null for any.</summary>
    public int? SplitLength
    {
        get => Get<int?>(SplitLengthParameter);
        init => Set(SplitLengthParameter, value);
    }

    /// <summary>The least length of a sentence, in UTF-16 code units; shorter ones are left out.</summary>
    public int MinLength
    {
        get => Get<int>(MinLengthParameter);
        init => Set(MinLengthParameter, value);
    }

    /// <summary>The greatest length of a sentence; longer ones are left out; null for any.</summary>
    public int? MaxLength
    {
        get => Get<int?>(MaxLengthParameter);
        init => Set(MaxLengthParameter, value);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> InputTypes { get; } = [AnnotatorTypes.Document];

    /// <inheritdoc/>
    public override string OutputType => AnnotatorTypes.Document;

    private protected override IEnumerable<Parameter> AnnotatorParameters =>
    [
        UseAbbreviationsParameter, DetectListsParameter, UseCustomBoundsOnlyParameter, CustomBoundsParameter,
        CustomBoundsStrategyParameter, ExplodeSentencesParameter,
        SplitLengthParameter, MinLengthParameter, MaxLengthParameter,
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
