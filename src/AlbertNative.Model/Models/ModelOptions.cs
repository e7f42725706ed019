using AlbertNative.Tensors.Threading;

namespace AlbertNative.Model;

/// <summary>How a model computes; results do not depend on it.</summary>
public sealed record ModelOptions
{
    /// <summary>Threads that one forward pass uses, the caller's included; null for one a physical core.</summary>
    public int? Threads { get; init; }

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
