using AlbertNative.Model;
using AlbertNative.Tokenization;

namespace AlbertNative.Annotations;

/// <summary>
/// Labels of sentences that the model was not trained on: a model of natural-language inference says how far each follows from
/// the sentence. As Spark NLP's class of that name; the label is the hypothesis as it stands. Letters keep their case.
/// </summary>
public sealed class AlbertForZeroShotClassification : SentenceClassifier
{
    private const string Template = "This example is {0}.";
    private const string WithLabel = " with a label";

    private static readonly Parameter CandidateLabelsParameter = Parameter.Texts("candidateLabels", null);

    private readonly SequenceClassificationHead _head;
    private readonly Lazy<SparkPieces> _pieces;
    private readonly int _entailment;
    private readonly int _contradiction;

    /// <summary>Labels by an opened model.</summary>
    /// <exception cref="Checkpoints.CheckpointFormatException">The model has no head for it.</exception>
    /// <exception cref="ArgumentException">The model is of another family, or not exactly one of its labels begins with <c>entail</c>, or with <c>contradict</c>.</exception>
    public AlbertForZeroShotClassification(AnnotationModel model)
        : base(model, ModelFamily.Albert)
    {
        ArgumentNullException.ThrowIfNull(model);
        _head = new SequenceClassificationHead(model.Model.Transformer);
        _pieces = new(() => new SparkPieces(Model));
        _entailment = IdOf("entail");
        _contradiction = IdOf("contradict");
    }

    /// <summary>The labels to choose from; those of the model where none are set.</summary>
    public IReadOnlyList<string> CandidateLabels
    {
        get => Get<IReadOnlyList<string>>(CandidateLabelsParameter) ?? Model.Model.Config.Labels;
        init => Set(CandidateLabelsParameter, value);
    }

    private protected override bool CaseSensitiveByDefault => true;

    private protected override IReadOnlyList<string> Labels => CandidateLabels;

    // The threshold is not used.
    private protected override float EffectiveThreshold => 0.5f;

    private protected override IEnumerable<Parameter> ClassifierParameters => [CandidateLabelsParameter];

    /// <summary>Of each pair: in Spark NLP the contradiction's id is 0 but where that is the entailment's.</summary>
    private int Contradiction => IsExact && _entailment != 0 ? 0 : _contradiction;

    internal override void Validate()
    {
        base.Validate();
        if (CandidateLabels.Count == 0)
            throw new ArgumentException($"{StageName} '{Uid}': there are no candidateLabels");
        if (Mode != AnnotationMode.HuggingFace)
            _ = _pieces.Value;
    }

    private protected override IReadOnlyList<IReadOnlyList<Annotation>> AnnotateRows(
        IReadOnlyList<IReadOnlyList<Annotation>> rows, CancellationToken cancellationToken)
    {
        List<TokenSentence>[] sentences = [.. rows.Select((row, i) => TokenSentence.Of(i, row))];
        IEnumerable<(int[] Ids, int[] Types)> pairs = Pairs([.. sentences.SelectMany(row => row)]);
        List<float[]> logits = [.. InputPasses.Of(pairs, pair => pair.Ids.Length).SelectMany(pass => Logits(pass, cancellationToken))];
        int next = 0;
        List<IReadOnlyList<Annotation>> annotated = [];
        foreach (List<TokenSentence> row in sentences)
        {
            List<float[]> scores = [];
            foreach (TokenSentence _ in row)
            {
                scores.Add(ScoresOf(logits.GetRange(next, CandidateLabels.Count)));
                next += CandidateLabels.Count;
            }
            annotated.Add(AnnotationsOf([.. row.Select(sentence => sentence.Document)], scores, row.FirstOrDefault()?.Document!));
        }
        return annotated;
    }

    private IEnumerable<(int[] Ids, int[] Types)> Pairs(IReadOnlyList<TokenSentence> sentences) => Mode == AnnotationMode.HuggingFace
        ? sentences.SelectMany(sentence => CandidateLabels.Select(label => HuggingFacePair(sentence, label)))
        : sentences.SelectMany(SparkPairs);

    private (int[] Ids, int[] Types) HuggingFacePair(TokenSentence sentence, string label)
    {
        string hypothesis = Template.Replace("{0}", label, StringComparison.Ordinal);
        Encoding encoding = Model.Model.Tokenizer.Encode(
            sentence.Document.Result, hypothesis, new EncodeOptions { MaxLength = Limit, Truncation = TruncationStrategy.OnlyFirst });
        RequireWhole(encoding.IsTruncated, sentence.Document, WithLabel);
        return (encoding.Ids.ToArray(), Model.Model.Tokenizer.GivesTokenTypeIds ? encoding.TokenTypeIds.ToArray() : []);
    }

    private IEnumerable<(int[] Ids, int[] Types)> SparkPairs(TokenSentence sentence)
    {
        SparkPieces pieces = _pieces.Value;
        (TokenPiece[] own, bool isCut) = pieces.Encode(sentence.Tokens, Limit, CaseSensitive);
        int[] words = [.. own.Select(piece => piece.Id)];
        // In Spark NLP each id of a label's pieces is one too high.
        int offset = IsExact ? 1 : 0;
        return CandidateLabels.Select(label =>
        {
            int[] hypothesis = [.. pieces.Encode(label, CaseSensitive).Ids.Select(id => id + offset)];
            RequireWhole(isCut || !PairEncoding.Fits(words, hypothesis, Limit), sentence.Document, WithLabel);
            return (PairEncoding.Encode(pieces, words, hypothesis, Limit, IsExact), (int[])[]);
        });
    }

    private List<float[]> Logits(IReadOnlyList<(int[] Ids, int[] Types)> pass, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        TokenBatch batch = new();
        foreach ((int[] ids, int[] types) in pass)
            batch.Add(ids, types);
        LogitsOutput output = _head.Forward(batch, cancellationToken: cancellationToken);
        return [.. Enumerable.Range(0, pass.Count).Select(i => output.Logits[i].ToArray())];
    }

    private float[] ScoresOf(List<float[]> logits) => IsSigmoid
        ? [.. logits.Select(pair => ClassScores.Softmax([pair[Contradiction], pair[_entailment]], overflowing: IsExact)[1])]
        : ClassScores.Softmax([.. logits.Select(pair => pair[_entailment])], overflowing: IsExact);

    private int IdOf(string prefix)
    {
        int[] ids =
        [
            .. Model.Model.Config.Labels.Select((label, id) => (label, id))
                .Where(pair => pair.label.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)).Select(pair => pair.id),
        ];
        return ids is [int id]
            ? id
            : throw new ArgumentException($"{Model.Name}: {ids.Length} of its labels begin with '{prefix}', expected one: {string.Join(", ", Model.Model.Config.Labels)}");
    }
}
