using System.Diagnostics;

namespace AlbertNative.Cli;

/// <summary>The same work on several threads at once, as the requests of a service come in.</summary>
/// <param name="BetweenMs">Milliseconds from one finished call to the next, of whichever caller.</param>
/// <param name="SlowestToFastest">How much longer the slowest caller took for its calls than the fastest one.</param>
internal readonly record struct ConcurrentCalls(double BetweenMs, double SlowestToFastest)
{
    /// <summary>Every caller warms up with one call, then all begin together, each with as many calls as <paramref name="runs"/>.</summary>
    /// <param name="callers">A call for each caller.</param>
    /// <param name="runs">The calls of one caller.</param>
    /// <exception cref="AggregateException">Calls failed.</exception>
    public static ConcurrentCalls Measure(Action[] callers, int runs)
    {
        TimeSpan[] taken = new TimeSpan[callers.Length];
        long start = 0;
        using Barrier begin = new(callers.Length, _ => start = Stopwatch.GetTimestamp());
        Task[] tasks = [.. callers.Select((call, caller) => Task.Factory.StartNew(
            () =>
            {
                try
                {
                    call();
                }
                finally
                {
                    begin.SignalAndWait();
                }
                for (int run = 0; run < runs; run++)
                    call();
                taken[caller] = Stopwatch.GetElapsedTime(start);
            },
            TaskCreationOptions.LongRunning))];
        Task.WaitAll(tasks);
        return new(taken.Max().TotalMilliseconds / (callers.Length * runs), taken.Max() / taken.Min());
    }
}
