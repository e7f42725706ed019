using System.Collections.Immutable;
using AlbertNative.Checkpoints;

namespace AlbertNative.Model.Onnx;

/// <summary>The weighted operations of one application of a layer, by what they are in an ALBERT.</summary>
internal sealed record AlbertStepParts(
    OnnxPart Query, OnnxPart Key, OnnxPart Value, OnnxPart Dense, OnnxPart AttentionNorm,
    OnnxPart Ffn, OnnxPart FfnOutput, OnnxPart OutputNorm)
{
    /// <summary>The parts under the names that their modules have within a layer.</summary>
    public ImmutableArray<(string Module, OnnxPart Part)> Modules(LayerModules names) =>
    [
        (names.Query, Query), (names.Key, Key), (names.Value, Value), (names.AttentionOutput, Dense),
        (names.AttentionNorm, AttentionNorm), (names.Ffn, Ffn), (names.FfnOutput, FfnOutput), (names.FullLayerNorm, OutputNorm),
    ];

    private ImmutableArray<OnnxPart> Parts { get; } = [Query, Key, Value, Dense, AttentionNorm, Ffn, FfnOutput, OutputNorm];

    /// <summary>What all its weights are, in text: steps of the same text have the same weights, bit for bit.</summary>
    public string DescribeWeights(TensorContents contents) => string.Join(';', Parts.Select(part =>
        $"{contents.NumberOf(part.Weight)},{part.IsTransposed},{contents.NumberOf(part.Bias!)}"));
}

/// <summary>All weighted operations of a graph, by what they are in an ALBERT; heads that it does not have are null.</summary>
internal sealed record AlbertParts
{
    public required OnnxPart WordEmbeddings { get; init; }

    public required OnnxPart PositionEmbeddings { get; init; }

    public required OnnxPart TokenTypeEmbeddings { get; init; }

    public required OnnxPart EmbeddingNorm { get; init; }

    /// <summary>Null where embeddings are as wide as the layers.</summary>
    public required OnnxPart? EmbeddingProjection { get; init; }

    /// <summary>One entry for each application of a layer, in order.</summary>
    public required ImmutableArray<AlbertStepParts> Steps { get; init; }

    public OnnxPart? Pooler { get; init; }

    public OnnxPart? PredictionDense { get; init; }

    public OnnxPart? PredictionNorm { get; init; }

    public OnnxPart? PredictionDecoder { get; init; }

    public OnnxPart? SentenceOrder { get; init; }

    public OnnxPart? Classifier { get; init; }

    public OnnxPart? Answer { get; init; }

    /// <summary>The family, where no configuration says it.</summary>
    public ModelFamily Family => Model.Family.OfProjection(EmbeddingProjection is not null);

    /// <summary>The class that has these heads; <paramref name="inputRank"/> tells multiple choice from classification.</summary>
    public ModelArchitecture ArchitectureOf(int? inputRank) => this switch
    {
        { PredictionDense: not null, SentenceOrder: not null } => ModelArchitecture.PreTraining,
        { PredictionDense: not null } => ModelArchitecture.MaskedLM,
        { Answer: not null } => ModelArchitecture.QuestionAnswering,
        { Classifier: not null, Pooler: null } => ModelArchitecture.TokenClassification,
        { Classifier: not null } when inputRank == 3 => ModelArchitecture.MultipleChoice,
        { Classifier: not null } => ModelArchitecture.SequenceClassification,
        _ => ModelArchitecture.Model,
    };
}
