using AlbertNative.Annotations.Java;
using AlbertNative.Model;

namespace AlbertNative.Annotations;

/// <summary>The best of several choices for a context by an ALBERT model, as the class of that name of Spark NLP 6.</summary>
public sealed class AlbertForMultipleChoice : ModelAnnotator
{
    private static readonly Parameter ChoicesDelimiterParameter = Parameter.Text("choicesDelimiter", ",");

    private readonly MultipleChoiceHead _head;
    private readonly Lazy<SparkPieces> _pieces;
    private readonly Lazy<MultipleChoiceSelector> _selector;
    private readonly Lazy<JavaRegex> _delimiter;

    /// <summary>Choices by an opened model.</summary>
    /// <exception cref="Checkpoints.CheckpointFormatException">The model has no head for it.</exception>
    /// <exception cref="ArgumentException">The model is of another family.</exception>
    public AlbertForMultipleChoice(AnnotationModel model)
        : base(model, ModelFamily.Albert)
    {
        ArgumentNullException.ThrowIfNull(model);
        _head = new MultipleChoiceHead(model.Model.Transformer);
        _pieces = new(() => new SparkPieces(Model));
        _selector = new(() => new MultipleChoiceSelector(Model.Model, new()
        {
            MaxLength = Limit,
            Overlong = Overlong == OverlongSentences.Fail ? AlbertNative.Overlong.Refuse : AlbertNative.Overlong.Truncate,
        }));
        _delimiter = new(() => new JavaRegex(ChoicesDelimiter));
    }

    /// <summary>What is between choices: a regular expression of Java's. Choices are not trimmed.</summary>
    public string ChoicesDelimiter
    {
        get => Get<string>(ChoicesDelimiterParameter)!;
        init => Set(ChoicesDelimiterParameter, value);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> InputTypes { get; } = [AnnotatorTypes.Document, AnnotatorTypes.Document];

    /// <inheritdoc/>
    public override string OutputType => AnnotatorTypes.Chunk;

    private protected override IEnumerable<Parameter> ModelParametersOfClass => [ChoicesDelimiterParameter];

    internal override void Validate()
    {
        base.Validate();
        _ = _delimiter.Value;
        if (Mode != AnnotationMode.HuggingFace)
            _ = _pieces.Value;
    }

    private protected override IReadOnlyList<IReadOnlyList<Annotation>> AnnotateRows(
        IReadOnlyList<IReadOnlyList<Annotation>> rows, CancellationToken cancellationToken) =>
        [.. rows.Select(row => Choose([.. OfType(row, AnnotatorTypes.Document)], cancellationToken))];

    private Annotation[] Choose(Annotation[] documents, CancellationToken cancellationToken)
    {
        if (documents.Length < 2)
            return [];
        string listed = documents[1].Result;
        string[] choices = [.. _delimiter.Value.Split(listed).Select(part => listed[part.Start..part.End])];
        if (choices.Length == 0)
            return [];
        float[] scores = Mode == AnnotationMode.HuggingFace
            ? [.. _selector.Value.Select(documents[0].Result, choices, cancellationToken).Probabilities]
            : ScoresOf(documents[0], choices, cancellationToken);
        int best = ClassScores.Best(scores);
        return
        [
            new Annotation(OutputType, 0, Math.Max(choices[best].Length - 1, 0), choices[best], new Dictionary<string, string?>
            {
                ["sentence"] = "0",
                ["chunk"] = "0",
                ["score"] = JavaText.ToString(scores[best]),
            }),
        ];
    }

    private float[] ScoresOf(Annotation context, string[] choices, CancellationToken cancellationToken)
    {
        SparkPieces pieces = _pieces.Value;
        int[] asked = pieces.Encode(context.Result, CaseSensitive).Ids;
        TokenBatch batch = new();
        foreach (string choice in choices)
        {
            int[] chosen = pieces.Encode(choice, CaseSensitive).Ids;
            RequireWhole(!PairEncoding.Fits(asked, chosen, Limit), context, " with a choice");
            int[] ids = PairEncoding.Encode(pieces, asked, chosen, Limit, IsExact);
            // Spark NLP pads each to the longest sequence there may be, and does not mask that.
            batch.Add(IsExact ? [.. ids, .. Enumerable.Repeat(pieces.PaddingId, Math.Max(0, Limit - ids.Length))] : ids);
        }
        LogitsOutput output = _head.Forward(batch, cancellationToken: cancellationToken);
        float[] logits = new float[choices.Length];
        for (int i = 0; i < logits.Length; i++)
            logits[i] = output.Logits[i][0];
        return ClassScores.Softmax(logits, overflowing: IsExact);
    }
}
