using AlbertNative.Model;

namespace AlbertNative.Annotations;

/// <summary>An annotator that gives each sentence labels with their probabilities.</summary>
public abstract class SentenceClassifier : ModelAnnotator
{
    private static readonly Parameter CoalesceSentencesParameter = Parameter.Flag("coalesceSentences", false);
    private static readonly Parameter ActivationParameter = Parameter.Text("activation", "softmax");
    private static readonly Parameter MultilabelParameter = Parameter.Flag("multilabel", false);
    private static readonly Parameter ThresholdParameter = Parameter.Fraction("threshold", 0.5f);

    private protected SentenceClassifier(AnnotationModel model, ModelFamily family)
        : base(model, family)
    {
    }

    /// <summary>Whether the probabilities of a row's sentences are averaged into one annotation, at the first.</summary>
    public bool CoalesceSentences
    {
        get => Get<bool>(CoalesceSentencesParameter);
        init => Set(CoalesceSentencesParameter, value);
    }

    /// <summary><c>softmax</c>, of which the best label is given, or <c>sigmoid</c>, of which all above <see cref="Threshold"/> are.</summary>
    public string Activation
    {
        get => Get<string>(ActivationParameter)!;
        init => Set(ActivationParameter, value);
    }

    /// <summary>Whether several labels may hold: another way to say <c>sigmoid</c>.</summary>
    public bool Multilabel
    {
        get => Get<bool>(MultilabelParameter);
        init => Set(MultilabelParameter, value);
    }

    /// <summary>What a label's probability must be above, of several that may hold.</summary>
    public float Threshold
    {
        get => Get<float>(ThresholdParameter);
        init => Set(ThresholdParameter, value);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> InputTypes { get; } = [AnnotatorTypes.Document, AnnotatorTypes.Token];

    /// <inheritdoc/>
    public override string OutputType => AnnotatorTypes.Category;

    /// <summary>Whether each label is judged by itself.</summary>
    private protected virtual bool IsSigmoid => Activation == "sigmoid" || Multilabel;

    /// <summary>What a label's probability must be above.</summary>
    private protected virtual float EffectiveThreshold => Threshold;

    /// <summary>The labels.</summary>
    private protected abstract IReadOnlyList<string> Labels { get; }

    private protected override IEnumerable<Parameter> ModelParametersOfClass =>
        [CoalesceSentencesParameter, ActivationParameter, MultilabelParameter, ThresholdParameter, .. ClassifierParameters];

    private protected abstract IEnumerable<Parameter> ClassifierParameters { get; }

    internal override void Validate()
    {
        base.Validate();
        if (Activation is not ("softmax" or "sigmoid"))
            throw new ArgumentException($"{StageName} '{Uid}': activation is '{Activation}', it must be softmax or sigmoid");
    }

    /// <summary>The annotations for a sentence's probabilities: the best label's, or all above the threshold.</summary>
    private protected IEnumerable<Annotation> AnnotationsOf(Annotation sentence, float[] scores)
    {
        Dictionary<string, string?> metadata = ClassScores.MetadataOf(sentence.Sentence, Labels, scores);
        IEnumerable<int> chosen = IsSigmoid
            ? Enumerable.Range(0, scores.Length).Where(i => scores[i] > EffectiveThreshold)
            : [ClassScores.Best(scores)];
        return chosen.Select(i => new Annotation(OutputType, sentence.Begin, sentence.End, Labels[i], metadata));
    }

    /// <summary>The same for some sentences of a row, each by itself or all together at a place.</summary>
    private protected IReadOnlyList<Annotation> AnnotationsOf(
        IReadOnlyList<Annotation> sentences, IReadOnlyList<float[]> scores, Annotation first)
    {
        if (scores.Count == 0)
            return [];
        return CoalesceSentences
            ? [.. AnnotationsOf(first, ClassScores.Mean(scores))]
            : [.. sentences.Zip(scores).SelectMany(pair => AnnotationsOf(pair.First, pair.Second))];
    }
}
