namespace AlbertNative;

/// <summary>What a model's vectors are compared by; larger is more alike.</summary>
public enum SimilarityFunction
{
    /// <summary>The cosine of the angle between them.</summary>
    Cosine,

    /// <summary>Their inner product.</summary>
    Dot,

    /// <summary>Their Euclidean distance, negated.</summary>
    Euclidean,

    /// <summary>The sum of the absolute differences, negated.</summary>
    Manhattan,
}
