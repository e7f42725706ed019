namespace AlbertNative.Tests;

/// <summary>What code allocates on this thread.</summary>
internal static class Allocations
{
    private const int Rounds = 5;

    /// <summary>
    /// The bytes of the round that takes fewest: what the code itself allocates it allocates in every round, what the runtime has
    /// not yet optimised may box in the first.
    /// </summary>
    public static long Least(Action round)
    {
        long least = long.MaxValue;
        for (int i = 0; i < Rounds && least > 0; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            round();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        return least;
    }
}
