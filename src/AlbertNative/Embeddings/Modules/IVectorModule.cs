namespace AlbertNative;

/// <summary>
/// One of sentence-transformers' modules that make another vector of a text's. Immutable; any number of threads may
/// share one.
/// </summary>
internal interface IVectorModule
{
    /// <summary>The length of the vectors that the module takes; null for any.</summary>
    int? InputSize { get; }

    /// <summary>The length of what it makes of them; null for the same.</summary>
    int? OutputSize { get; }

    /// <summary>Applies the module to one vector, which it may change or return.</summary>
    float[] Apply(float[] vector);
}
