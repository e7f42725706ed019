namespace AlbertNative.Training;

/// <summary>
/// The order in which training sees its examples: Hugging Face's Trainer's, that is <c>torch.randperm</c> of a
/// generator seeded with the seed plus the epoch. It holds no state, so a resumed run needs none.
/// </summary>
public static class ExampleOrder
{
    /// <summary>The examples of an epoch in order.</summary>
    /// <param name="count">How many examples there are.</param>
    /// <param name="seed">The run's seed (<c>data_seed</c>, else <c>seed</c>).</param>
    /// <param name="epoch">Which epoch, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative.</exception>
    public static int[] OfEpoch(int count, ulong seed, int epoch)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        return Permutation(count, unchecked(seed + (ulong)epoch));
    }

    /// <summary><c>torch.randperm(count)</c> with a CPU generator of this seed.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative, or so large (2³² / 20) that PyTorch draws otherwise.</exception>
    public static int[] Permutation(int count, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(count, (int)(uint.MaxValue / 20));
        MersenneTwister random = new(seed);
        int[] order = new int[count];
        for (int i = 0; i < count; i++)
            order[i] = i;
        for (int i = 0; i < count - 1; i++)
        {
            int other = i + (int)(random.NextUInt32() % (uint)(count - i));
            (order[i], order[other]) = (order[other], order[i]);
        }
        return order;
    }
}
