using AlbertNative.Model;

namespace AlbertNative.Annotations;

/// <summary>Labels of sentences, from a model's head for sequences.</summary>
public abstract class SequenceLabels : SentenceClassifier
{
    private readonly SequenceClassificationHead _head;
    private readonly Lazy<SentenceInputs> _inputs;

    private protected SequenceLabels(AnnotationModel model, ModelFamily family)
        : base(model, family)
    {
        _head = new SequenceClassificationHead(model.Model.Transformer);
        _inputs = new(() => new SentenceInputs(Model, Mode, CaseSensitive, Limit));
    }

    // From Python, multilabel and threshold have no effect in Spark NLP.
    private protected override bool IsSigmoid => IsExact ? Activation == "sigmoid" : base.IsSigmoid;

    private protected override float EffectiveThreshold => IsExact ? 0.5f : base.EffectiveThreshold;

    private protected override IReadOnlyList<string> Labels => Model.Model.Config.Labels;

    private protected override IEnumerable<Parameter> ClassifierParameters => [];

    internal override void Validate()
    {
        base.Validate();
        _ = _inputs.Value;
    }

    private protected override IReadOnlyList<IReadOnlyList<Annotation>> AnnotateRows(
        IReadOnlyList<IReadOnlyList<Annotation>> rows, CancellationToken cancellationToken) => IsExact
        ? [.. rows.Select(row => AnnotateAsSparkNlp(row, cancellationToken))]
        : AnnotateTogether(rows, cancellationToken);

    private List<Annotation>[] AnnotateTogether(IReadOnlyList<IReadOnlyList<Annotation>> rows, CancellationToken cancellationToken)
    {
        List<TokenSentence>[] sentences = [.. rows.Select((row, i) => TokenSentence.Of(i, row))];
        List<SentenceInput> inputs = Encode(_inputs.Value, [.. sentences.SelectMany(row => row)]);
        Queue<float[]> scores = new(InputPasses.Of(inputs, input => input.Ids.Length).SelectMany(pass => Score(pass, cancellationToken)));
        return
        [
            .. sentences.Select(row => AnnotationsOf(
                [.. row.Select(sentence => sentence.Document)],
                [.. row.Select(_ => scores.Dequeue())],
                row.FirstOrDefault()?.Document!).ToList()),
        ];
    }

    /// <summary>
    /// As Spark NLP up to 6: each batch of a row's sentences is taken for those at the row's start, and sentences without tokens,
    /// which no batch has, are counted.
    /// </summary>
    private List<Annotation> AnnotateAsSparkNlp(IReadOnlyList<Annotation> row, CancellationToken cancellationToken)
    {
        Annotation[] documents = [.. OfType(row, AnnotatorTypes.Document)];
        List<Annotation> annotations = [];
        foreach (TokenSentence[] batch in TokenSentence.Of(0, row).Chunk(BatchSize))
            annotations.AddRange(AnnotationsOf(documents, Score(Encode(_inputs.Value, batch), cancellationToken), documents[0]));
        return annotations;
    }

    private List<float[]> Score(IReadOnlyList<SentenceInput> pass, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        TokenBatch batch = new();
        foreach (SentenceInput input in pass)
            batch.Add(input.Ids);
        LogitsOutput output = _head.Forward(batch, cancellationToken: cancellationToken);
        List<float[]> scores = [];
        for (int i = 0; i < pass.Count; i++)
            scores.Add(IsSigmoid ? ClassScores.Sigmoid(output.Logits[i]) : ClassScores.Softmax(output.Logits[i], overflowing: IsExact));
        return scores;
    }
}
