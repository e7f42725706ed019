using AlbertNative.Tensors;
using AlbertNative.Tensors.Threading;

namespace AlbertNative.Model;

/// <summary>How a model computes.</summary>
public sealed record ModelOptions
{
    /// <summary>
    /// Threads that one forward pass uses, the caller's included; null for one a physical core. Results do not depend on it.
    /// </summary>
    public int? Threads { get; init; }

    /// <summary>
    /// How the layers' weights are held; null for the way in which the model's file stores them.
    /// <see cref="WeightPrecision.Int8"/> takes a quarter of the memory and is faster; its results differ in about the
    /// third digit. Weights that are stored in 8 bits stay rounded when they are held in single precision.
    /// </summary>
    public WeightPrecision? Precision { get; init; }

    internal int ThreadCount
    {
        get
        {
            int threads = Threads ?? ProcessorInfo.PhysicalCores;
            return threads >= 1
                ? threads
                : throw new ArgumentOutOfRangeException(nameof(Threads), threads, "a model needs at least one thread");
        }
    }
}
