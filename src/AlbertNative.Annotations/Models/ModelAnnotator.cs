using System.Collections.Immutable;
using AlbertNative.Model;

namespace AlbertNative.Annotations;

/// <summary>An annotator that stands on a model, and takes several rows together.</summary>
public abstract class ModelAnnotator : Annotator
{
    private const int LongestSentence = 512;

    private static readonly Parameter BatchSizeParameter = Parameter.Number("batchSize", 8);
    private static readonly Parameter MaxSentenceLengthParameter = Parameter.Number("maxSentenceLength", 128);
    private static readonly Parameter CaseSensitiveParameter = Parameter.Flag("caseSensitive", false);
    private static readonly SettingNames<OverlongSentences> OverlongNames = new("overlong", "cut", "fail");
    private static readonly Parameter OverlongParameter = Parameter.Text("overlong", OverlongNames.NameOf(OverlongSentences.Cut));
    private static readonly Parameter EngineParameter = Parameter.Text("engine");

    private protected ModelAnnotator(AnnotationModel model, ModelFamily family)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.Model.Config.Family != family)
            throw new ArgumentException($"{StageName} needs a model of the family {family}, {model.Name} is of {model.Model.Config.Family}", nameof(model));
        Model = model;
        Set(ModelParameter, model.Name);
    }

    /// <summary>The model's name or path.</summary>
    internal static Parameter ModelParameter { get; } = Parameter.Text("model");

    /// <summary>The model.</summary>
    public AnnotationModel Model { get; }

    /// <summary>The number of rows that are taken together. Results depend on it in the mode spark-nlp-exact alone.</summary>
    public int BatchSize
    {
        get => Get<int>(BatchSizeParameter);
        init => Set(BatchSizeParameter, value);
    }

    /// <summary>The longest sentence in pieces, <c>[CLS]</c> and <c>[SEP]</c> among them: 3 to 512. <see cref="Overlong"/> says what becomes of longer ones.</summary>
    public int MaxSentenceLength
    {
        get => Get<int>(MaxSentenceLengthParameter);
        init => Set(MaxSentenceLengthParameter, value);
    }

    /// <summary>What becomes of longer sentences.</summary>
    public OverlongSentences Overlong
    {
        get => OverlongNames.Parse(Get<string>(OverlongParameter)!);
        init => Set(OverlongParameter, OverlongNames.NameOf(value));
    }

    /// <summary>Whether tokens keep the case of their letters. A BERT's pieces follow its own tokenizer, whatever is set here.</summary>
    public bool CaseSensitive
    {
        get => IsSet(CaseSensitiveParameter) ? Get<bool>(CaseSensitiveParameter) : CaseSensitiveByDefault;
        init => Set(CaseSensitiveParameter, value);
    }

    /// <summary>The modes that there are.</summary>
    private protected virtual ImmutableArray<AnnotationMode> Modes => SparkFamily.Of(Model.Model.Config).Modes;

    /// <summary>What <see cref="CaseSensitive"/> is where it is not set.</summary>
    private protected virtual bool CaseSensitiveByDefault => false;

    private protected override IEnumerable<Parameter> AnnotatorParameters =>
        [ModelParameter, BatchSizeParameter, MaxSentenceLengthParameter, OverlongParameter, CaseSensitiveParameter, EngineParameter,
         .. ModelParametersOfClass];

    private protected abstract IEnumerable<Parameter> ModelParametersOfClass { get; }

    internal override void Validate()
    {
        base.Validate();
        _ = Overlong;
        if (!Modes.Contains(Mode))
        {
            throw new ArgumentException($"{StageName} '{Uid}': the mode {AnnotationModes.NameOf(Mode)} is not supported, only " +
                string.Join(", ", Modes.Select(AnnotationModes.NameOf)));
        }
        if (BatchSize < 1)
            throw new ArgumentException($"{StageName} '{Uid}': batchSize is {BatchSize}, it must be at least 1");
        // Spark NLP takes less than 3, and gives nothing then.
        int shortest = IsExact ? int.MinValue : 3;
        if (MaxSentenceLength < shortest || MaxSentenceLength > LongestSentence)
            throw new ArgumentException($"{StageName} '{Uid}': maxSentenceLength is {MaxSentenceLength}, it must be 3 to {LongestSentence}");
        int positions = Model.Model.Config.MaxPositionCount;
        if (!IsExact && IsSet(MaxSentenceLengthParameter) && MaxSentenceLength > positions)
            throw new ArgumentException($"{StageName} '{Uid}': maxSentenceLength is {MaxSentenceLength}, the model has {positions} positions");
    }

    internal override IEnumerable<AnnotationRow> TransformRows(AnnotationFrame frame, StageCall call)
    {
        foreach (AnnotationRow[] rows in frame.Rows.Chunk(IsExact ? BatchSize : Math.Max(BatchSize, 32)))
        {
            call.CancellationToken.ThrowIfCancellationRequested();
            IReadOnlyList<IReadOnlyList<Annotation>> annotated =
                AnnotateRows([.. rows.Select(InputsOf)], call.CancellationToken);
            for (int i = 0; i < rows.Length; i++)
                yield return rows[i].With(OutputCol, annotated[i]);
        }
    }

    /// <summary>The annotations for each of some rows' input columns.</summary>
    private protected abstract IReadOnlyList<IReadOnlyList<Annotation>> AnnotateRows(
        IReadOnlyList<IReadOnlyList<Annotation>> rows, CancellationToken cancellationToken);

    /// <summary>Sentences as the model gets them.</summary>
    /// <exception cref="OverlongTextException">One does not fit, and that is to fail.</exception>
    private protected List<SentenceInput> Encode(SentenceInputs inputs, IReadOnlyList<TokenSentence> sentences)
    {
        List<SentenceInput> encoded = inputs.Encode(sentences);
        foreach (SentenceInput input in encoded)
            RequireWhole(input.IsCut, input.Sentence.Document);
        return encoded;
    }

    /// <summary>Refuses a text of which something was cut off, where that is to fail.</summary>
    /// <param name="isCut">Whether something was.</param>
    /// <param name="document">The text.</param>
    /// <param name="beside">What else was to fit, for the message.</param>
    /// <exception cref="OverlongTextException">It is to fail.</exception>
    private protected void RequireWhole(bool isCut, Annotation document, string beside = "")
    {
        if (!isCut || Overlong == OverlongSentences.Cut)
            return;
        throw new OverlongTextException(
            $"{StageName} '{Uid}': the text at {document.Begin} to {document.End}{beside} does not fit into {Limit} pieces, and overlong is 'fail'", Limit);
    }

    /// <summary>The longest sequence: what is set, or as much as the model has positions for.</summary>
    private protected int Limit => IsExact ? MaxSentenceLength : Math.Min(MaxSentenceLength, Model.Model.Config.MaxPositionCount);
}
