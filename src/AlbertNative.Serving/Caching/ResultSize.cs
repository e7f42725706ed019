namespace AlbertNative.Serving;

/// <summary>The memory of results that have nothing of a text in them: vectors and scores.</summary>
internal static class ResultSize
{
    private const int BytesOfArray = 24;
    private const int BytesOfLabel = 16;
    private const int BytesOfWeight = 8;

    /// <summary>Whether results of a type are of these.</summary>
    public static bool IsKnown(Type type) => type == typeof(float[]) || type == typeof(float)
        || type == typeof(IReadOnlyList<LabelScore>) || type == typeof(IReadOnlyList<SparseWeight>);

    /// <summary>The bytes of a result.</summary>
    /// <exception cref="ArgumentException">It is none of these.</exception>
    public static long Of(object result) => result switch
    {
        float[] vector => BytesOfArray + ((long)vector.Length * sizeof(float)),
        float => BytesOfArray,
        IReadOnlyList<LabelScore> labels => BytesOfArray + ((long)labels.Count * BytesOfLabel),
        IReadOnlyList<SparseWeight> weights => BytesOfArray + ((long)weights.Count * BytesOfWeight),
        _ => throw new ArgumentException($"the size of {result.GetType().Name} is not known", nameof(result)),
    };
}
