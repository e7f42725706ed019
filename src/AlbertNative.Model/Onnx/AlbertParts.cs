using System.Collections.Immutable;

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

    /// <summary>True where the other step has the same weights, bit for bit.</summary>
    public bool SharesWeightsWith(AlbertStepParts other) => Modules.Zip(other.Modules).All(pair =>
        pair.First.Part.IsTransposed == pair.Second.Part.IsTransposed
        && pair.First.Part.Weight.HasSameElements(pair.Second.Part.Weight)
        && pair.First.Part.Bias!.HasSameElements(pair.Second.Part.Bias!));
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
