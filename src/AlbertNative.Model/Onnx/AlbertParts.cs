using System.Collections.Immutable;
using AlbertNative.Checkpoints;

namespace AlbertNative.Model.Onnx;

/// <summary>The weighted operations of one application of a layer, by what they are in an ALBERT.</summary>
internal sealed record AlbertStepParts(
    OnnxPart Query, OnnxPart Key, OnnxPart Value, OnnxPart Dense, OnnxPart AttentionNorm,
    OnnxPart Ffn, OnnxPart FfnOutput, OnnxPart OutputNorm)
{
    /// <summary>The parts under the names that their modules have within a layer.</summary>
    public ImmutableArray<(string Module, OnnxPart Part)> Modules { get; } =
    [
        ("attention.query", Query), ("attention.key", Key), ("attention.value", Value), ("attention.dense", Dense),
        ("attention.LayerNorm", AttentionNorm), ("ffn", Ffn), ("ffn_output", FfnOutput),
        ("full_layer_layer_norm", OutputNorm),
    ];

    /// <summary>What all its weights are, in text: steps of the same text have the same weights, bit for bit.</summary>
    public string DescribeWeights(TensorContents contents) => string.Join(';', Modules.Select(module =>
        $"{contents.NumberOf(module.Part.Weight)},{module.Part.IsTransposed},{contents.NumberOf(module.Part.Bias!)}"));
}

/// <summary>All weighted operations of a graph, by what they are in an ALBERT; heads that it does not have are null.</summary>
internal sealed record AlbertParts
{
    public required OnnxPart WordEmbeddings { get; init; }

    public required OnnxPart PositionEmbeddings { get; init; }

    public required OnnxPart TokenTypeEmbeddings { get; init; }

    public required OnnxPart EmbeddingNorm { get; init; }

    public required OnnxPart EmbeddingProjection { get; init; }

    /// <summary>One entry for each application of a layer, in order.</summary>
    public required ImmutableArray<AlbertStepParts> Steps { get; init; }

    public OnnxPart? Pooler { get; init; }

    public OnnxPart? PredictionDense { get; init; }

    public OnnxPart? PredictionNorm { get; init; }

    public OnnxPart? PredictionDecoder { get; init; }

    public OnnxPart? SentenceOrder { get; init; }

    public OnnxPart? Classifier { get; init; }

    public OnnxPart? Answer { get; init; }

    /// <summary>The class that has these heads; <paramref name="inputRank"/> tells multiple choice from classification.</summary>
    public AlbertArchitecture Architecture(int? inputRank) => this switch
    {
        { PredictionDense: not null, SentenceOrder: not null } => AlbertArchitecture.AlbertForPreTraining,
        { PredictionDense: not null } => AlbertArchitecture.AlbertForMaskedLM,
        { Answer: not null } => AlbertArchitecture.AlbertForQuestionAnswering,
        { Classifier: not null, Pooler: null } => AlbertArchitecture.AlbertForTokenClassification,
        { Classifier: not null } when inputRank == 3 => AlbertArchitecture.AlbertForMultipleChoice,
        { Classifier: not null } => AlbertArchitecture.AlbertForSequenceClassification,
        _ => AlbertArchitecture.AlbertModel,
    };
}
