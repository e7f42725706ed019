namespace AlbertNative;

/// <summary>Scales a vector to Euclidean length 1.</summary>
internal sealed class NormalizeModule : IVectorModule
{
    public static NormalizeModule Instance { get; } = new();

    public int? InputSize => null;

    public int? OutputSize => null;

    public float[] Apply(float[] vector)
    {
        Pool.Normalize(vector);
        return vector;
    }
}
