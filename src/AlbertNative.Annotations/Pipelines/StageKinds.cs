namespace AlbertNative.Annotations;

/// <summary>The classes of stages, by their names.</summary>
internal static class StageKinds
{
    private const string Nlp = "com.johnsnowlabs.nlp";

    private static readonly Dictionary<string, StageKind> ByName = new(StringComparer.Ordinal);

    static StageKinds()
    {
        Add(new(nameof(DocumentAssembler), Nlp, _ => new DocumentAssembler()));
        Add(new(nameof(MultiDocumentAssembler), Nlp, _ => new MultiDocumentAssembler()));
        Add(new(nameof(SentenceDetector), Nlp + ".annotators.sbd.pragmatic", _ => new SentenceDetector()));
        Add(new(nameof(Tokenizer), Nlp + ".annotators", _ => new Tokenizer()));
        Add(new(nameof(RegexTokenizer), Nlp + ".annotators", _ => new RegexTokenizer()));
        Add(new(nameof(AlbertEmbeddings), Nlp + ".embeddings", model => new AlbertEmbeddings(model!), NeedsModel: true));
        Add(new(nameof(BertEmbeddings), Nlp + ".embeddings", model => new BertEmbeddings(model!), NeedsModel: true));
        Add(new(nameof(SentenceEmbeddings), Nlp + ".embeddings", _ => new SentenceEmbeddings()));
        foreach (StageKind classifier in Classifiers)
            Add(classifier);
        Add(new(nameof(NerConverter), Nlp + ".annotators.ner", _ => new NerConverter()));
        Add(new(nameof(EmbeddingsFinisher), Nlp, _ => new EmbeddingsFinisher()));
        Add(new(nameof(Finisher), Nlp, _ => new Finisher()));
    }

    /// <summary>The kind of a name, with or without its package.</summary>
    /// <exception cref="PipelineFormatException">There is none.</exception>
    public static StageKind Of(string className) =>
        ByName.TryGetValue(className[(className.LastIndexOf('.') + 1)..], out StageKind? kind)
        && (className == kind.Name || className == kind.ClassName)
            ? kind
            : throw new PipelineFormatException($"the stage '{className}' is not supported, only {string.Join(", ", ByName.Keys)}");

    private static StageKind[] Classifiers =>
    [
        Classifier(nameof(AlbertForTokenClassification), model => new AlbertForTokenClassification(model!)),
        Classifier(nameof(AlbertForSequenceClassification), model => new AlbertForSequenceClassification(model!)),
        Classifier(nameof(AlbertForZeroShotClassification), model => new AlbertForZeroShotClassification(model!)),
        Classifier(nameof(AlbertForQuestionAnswering), model => new AlbertForQuestionAnswering(model!)),
        Classifier(nameof(AlbertForMultipleChoice), model => new AlbertForMultipleChoice(model!)),
        Classifier(nameof(BertForTokenClassification), model => new BertForTokenClassification(model!)),
        Classifier(nameof(BertForSequenceClassification), model => new BertForSequenceClassification(model!)),
        Classifier(nameof(BertForQuestionAnswering), model => new BertForQuestionAnswering(model!)),
    ];

    private static StageKind Classifier(string name, Func<AnnotationModel?, PipelineStage> create) =>
        new(name, Nlp + ".annotators.classifier.dl", create, NeedsModel: true);

    private static void Add(StageKind kind) => ByName.Add(kind.Name, kind);
}
