using System.Numerics.Tensors;

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

/// <summary>Similarities of vectors.</summary>
internal static class Similarities
{
    // The vectors of most models fit.
    private const int MostOnStack = 1024;

    /// <summary>How alike two vectors are; larger is more alike.</summary>
    /// <exception cref="ArgumentException">They differ in length.</exception>
    public static double Of(this SimilarityFunction function, ReadOnlySpan<float> first, ReadOnlySpan<float> second) => function switch
    {
        SimilarityFunction.Dot => TensorPrimitives.Dot(first, second),
        SimilarityFunction.Euclidean => -TensorPrimitives.Distance(first, second),
        SimilarityFunction.Manhattan => -Manhattan(first, second),
        _ => TensorPrimitives.CosineSimilarity(first, second),
    };

    private static float Manhattan(ReadOnlySpan<float> first, ReadOnlySpan<float> second)
    {
        // A search compares every row of an index: nothing is allocated for one.
        Span<float> difference = first.Length <= MostOnStack ? stackalloc float[first.Length] : new float[first.Length];
        TensorPrimitives.Subtract(first, second, difference);
        return TensorPrimitives.SumOfMagnitudes<float>(difference);
    }
}
