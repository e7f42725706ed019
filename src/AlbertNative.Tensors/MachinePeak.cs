using System.Diagnostics;

namespace AlbertNative.Tensors;

/// <summary>
/// What the processor could do for this process at best: multiply-adds in registers, with the vectors that the kernels
/// use. Kernels that also fetch their operands are measured against it.
/// </summary>
public static class MachinePeak
{
    /// <summary>Long beside the start of the threads, short enough that some rounds go undisturbed.</summary>
    private const double RoundMilliseconds = 5;

    private const int Rounds = 20;

    /// <summary>The best of several rounds of single-precision multiply-adds, in GFLOP/s; an FMA counts as two operations.</summary>
    /// <param name="threads">How many threads compute at once.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> is below 1.</exception>
    public static double MultiplyAdd(int threads) => Measure(threads, Kernels.Best.RunChains, Kernels.Best.ChainOperations);

    /// <summary>The same for the 8-bit product's instructions, in Gop/s.</summary>
    /// <param name="threads">How many threads compute at once.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> is below 1.</exception>
    public static double Int8MultiplyAdd(int threads) =>
        Measure(threads, Int8Kernels.Best.RunChains, Int8Kernels.Best.ChainOperations);

    private static double Measure(int threads, Func<int, float> run, int operations)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        int iterations = IterationsOfRound(run);
        float[] results = new float[threads];
        long[] started = new long[threads], ended = new long[threads];
        double best = 0;

        // All threads start a round together; phase 0 ends when they have all come.
        using Barrier barrier = new(threads, finished =>
        {
            if (finished.CurrentPhaseNumber == 0)
                return;
            double seconds = Stopwatch.GetElapsedTime(started.Min(), ended.Max()).TotalSeconds;
            best = Math.Max(best, (double)threads * iterations * operations / seconds / 1e9);
        });
        Thread[] others = new Thread[threads - 1];
        for (int i = 0; i < others.Length; i++)
        {
            int place = i + 1;
            others[i] = new Thread(() => RunRounds(place)) { IsBackground = true };
            others[i].Start();
        }
        RunRounds(0);
        foreach (Thread other in others)
            other.Join();
        return best;

        void RunRounds(int place)
        {
            barrier.SignalAndWait();
            for (int round = 0; round < Rounds; round++)
            {
                started[place] = Stopwatch.GetTimestamp();
                results[place] = run(iterations);
                ended[place] = Stopwatch.GetTimestamp();
                barrier.SignalAndWait();
            }
        }
    }

    private static int IterationsOfRound(Func<int, float> run)
    {
        const int Trial = 20_000;
        run(Trial);
        long start = Stopwatch.GetTimestamp();
        run(Trial);
        return (int)Math.Clamp(Trial * RoundMilliseconds / Stopwatch.GetElapsedTime(start).TotalMilliseconds, 100, 1e8);
    }
}
