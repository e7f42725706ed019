using AlbertNative.Evaluation;

namespace AlbertNative;

/// <summary>What to ask of a <see cref="TokenClassifier"/>.</summary>
public sealed record TokenClassificationOptions
{
    /// <summary>Every token by itself, without those labelled <c>O</c>.</summary>
    public static TokenClassificationOptions Default { get; } = new();

    /// <summary>How tokens become entities.</summary>
    public AggregationStrategy Aggregation { get; init; } = AggregationStrategy.None;

    /// <summary>
    /// IOB2 or IOBES: only sequences of labels that follow the scheme are chosen from, the best as a whole (Viterbi). Null for
    /// each label by itself, or what the model's CRF has learnt. Where labels are chosen together they are those of words, and
    /// <see cref="AggregationStrategy.Average"/> and <see cref="AggregationStrategy.Max"/> mean <see cref="AggregationStrategy.First"/>.
    /// </summary>
    public TagScheme? Scheme { get; init; }

    /// <summary>Entities with these labels are left out.</summary>
    public IReadOnlyCollection<string> IgnoredLabels { get; init; } = ["O"];
}
