using AlbertNative.Tensors.Threading;

namespace AlbertNative.Serving;

/// <summary>All that can be chosen about a scheduler.</summary>
public sealed record SchedulerOptions
{
    /// <summary>
    /// Threads that share one step. Null for what is best at the moment: one a physical core, but while more short texts wait than fit
    /// a step, and no long ones, steps of one thread each beside each other, which do more together. Bits are the same.
    /// </summary>
    public int? Threads { get; init; }

    /// <summary>Steps beside each other; null for as many as the machine's cores give teams of <see cref="Threads"/>.</summary>
    public int? Workers { get; init; }

    /// <summary>
    /// The most tokens of one step, but for a longer sequence by itself. More than about 256 make nothing faster, and what
    /// comes later waits longer.
    /// </summary>
    public int StepTokens { get; init; } = 256;

    /// <summary>The most tokens of a sequence, and a quarter of the most of a request, that goes by the express lane.</summary>
    public int ExpressTokens { get; init; } = 64;

    /// <summary>The share of the time that the express lane gets where long requests wait as well, between 0 and 1.</summary>
    public double ExpressShare { get; init; } = 0.8;

    /// <summary>The most work that may wait, in the time that it takes to compute.</summary>
    public TimeSpan MaxQueue { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The most memory of all that waits, in bytes.</summary>
    public long MaxQueuedBytes { get; init; } = 256L << 20;

    /// <summary>The most tokens of one request.</summary>
    public int MaxRequestTokens { get; init; } = 65_536;

    /// <summary>When an answer is worth nothing any more, where a request does not say an earlier time.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Whether steps have one thread or all, as it comes.</summary>
    internal bool IsElastic => Threads is null && Workers is null && ProcessorInfo.PhysicalCores > 1;

    /// <summary>A worker's own threads.</summary>
    internal int ThreadCount => Threads ?? (IsElastic ? 1 : ProcessorInfo.PhysicalCores);

    /// <summary>The most threads of a step.</summary>
    internal int MostThreads => IsElastic ? ProcessorInfo.PhysicalCores : ThreadCount;

    internal int WorkerCount => Workers ?? Math.Max(1, ProcessorInfo.PhysicalCores / ThreadCount);

    /// <summary>Refuses what makes no sense.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A figure is out of its range; names it.</exception>
    internal void Validate()
    {
        Require(ThreadCount is >= 1 and <= 1024, nameof(Threads), ThreadCount, "1 to 1024");
        Require(WorkerCount is >= 1 and <= 1024, nameof(Workers), WorkerCount, "1 to 1024");
        Require(StepTokens is >= 1 and <= 1 << 20, nameof(StepTokens), StepTokens, "1 to 1048576");
        Require(ExpressTokens is >= 0 and <= 1 << 20, nameof(ExpressTokens), ExpressTokens, "0 to 1048576");
        Require(ExpressShare is > 0 and < 1, nameof(ExpressShare), ExpressShare, "more than 0, less than 1");
        Require(MaxQueue > TimeSpan.Zero && MaxQueue <= TimeSpan.FromDays(1), nameof(MaxQueue), MaxQueue, "more than 0, at most a day");
        Require(MaxQueuedBytes >= 1, nameof(MaxQueuedBytes), MaxQueuedBytes, "at least 1");
        Require(MaxRequestTokens >= 1, nameof(MaxRequestTokens), MaxRequestTokens, "at least 1");
        Require(
            RequestTimeout > TimeSpan.Zero && RequestTimeout <= TimeSpan.FromDays(1), nameof(RequestTimeout), RequestTimeout, "more than 0, at most a day");
    }

    private static void Require(bool isValid, string name, object value, string expected)
    {
        if (!isValid)
            throw new ArgumentOutOfRangeException(name, value, $"{name} is {value}, expected {expected}");
    }
}
