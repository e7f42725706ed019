namespace AlbertNative;

/// <summary>What to ask of a <see cref="TokenClassifier"/>.</summary>
public sealed record TokenClassificationOptions
{
    /// <summary>Every token by itself, without those labelled <c>O</c>.</summary>
    public static TokenClassificationOptions Default { get; } = new();

    /// <summary>How tokens become entities.</summary>
    public AggregationStrategy Aggregation { get; init; } = AggregationStrategy.None;

    /// <summary>Entities with these labels are left out.</summary>
    public IReadOnlyCollection<string> IgnoredLabels { get; init; } = ["O"];
}
