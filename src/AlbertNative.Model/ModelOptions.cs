using AlbertNative.Hub;
using AlbertNative.Tensors;
using AlbertNative.Tensors.Threading;

namespace AlbertNative.Model;

/// <summary>Where an opened model's weights are.</summary>
public enum WeightAccess
{
    /// <summary>
    /// What is read a row at a time, above all word embeddings, stays in the mapped file, which must not change while the
    /// model is open: the least memory, shared by all processes that map it.
    /// </summary>
    Mapped,

    /// <summary>Everything is copied into memory, in single precision; the files are closed when the model is open, and may be replaced.</summary>
    Copied,
}

/// <summary>All that can be chosen when a model is opened.</summary>
public record ModelOptions
{
    /// <summary>Where models that are named come from and go to; null for what the environment says.</summary>
    public HubOptions? Hub { get; init; }

    /// <summary>
    /// Threads that one pass uses, the caller's included; null for one a physical core. Results do not depend on it.
    /// </summary>
    public int? Threads { get; init; }

    /// <summary>
    /// How the layers' weights are held; null for what a one-file model asks for, else the way in which its file stores them.
    /// <see cref="WeightPrecision.Int8"/> takes about a quarter of the memory and is faster; its results differ in about the
    /// third digit. Models of fewer than 256 hidden units it holds in 16 bits. Weights that are stored in 8 bits stay rounded
    /// when they are held in more.
    /// </summary>
    public WeightPrecision? Precision { get; init; }

    /// <summary>Where the weights are that are not packed.</summary>
    public WeightAccess Weights { get; init; } = WeightAccess.Mapped;

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
