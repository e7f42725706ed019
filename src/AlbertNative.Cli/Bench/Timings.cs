using System.Diagnostics;

namespace AlbertNative.Cli;

/// <summary>Times of the same work, again and again.</summary>
/// <param name="MinMs">The shortest time, in milliseconds.</param>
/// <param name="MedianMs">The middle one, the upper of two.</param>
/// <param name="Runs">How many there are.</param>
internal readonly record struct Timings(double MinMs, double MedianMs, int Runs)
{
    private const int WarmUps = 3;

    /// <summary>Runs three times unmeasured, then so many times measured.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was signalled.</exception>
    public static Timings Measure(int runs, Action work, CancellationToken cancellationToken)
    {
        double[] times = new double[runs];
        for (int run = -WarmUps; run < runs; run++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            long start = Stopwatch.GetTimestamp();
            work();
            if (run >= 0)
                times[run] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }
        Array.Sort(times);
        return new(times[0], times[runs / 2], runs);
    }
}
