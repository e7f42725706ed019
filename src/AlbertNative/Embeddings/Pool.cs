namespace AlbertNative;

/// <summary>The arithmetic of <see cref="Pooling"/> over one text's token vectors.</summary>
internal static class Pool
{
    /// <summary>
    /// Pools <paramref name="states"/>, [tokens, <paramref name="pooled"/>.Length] row by row, into <paramref name="pooled"/>.
    /// Sums run in double precision, in the tokens' order.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The pooler, which is the model's and not a function of the states alone.</exception>
    public static void Tokens(Pooling pooling, ReadOnlySpan<float> states, Span<float> pooled)
    {
        int tokens = states.Length / pooled.Length;
        switch (pooling)
        {
            case Pooling.Cls:
                states[..pooled.Length].CopyTo(pooled);
                break;
            case Pooling.Mean:
                Sum(states, pooled, tokens);
                break;
            case Pooling.MeanSqrtLen:
                Sum(states, pooled, Math.Sqrt(tokens));
                break;
            case Pooling.Max:
                Largest(states, pooled);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(pooling), pooling, "not a pooling of token vectors");
        }
    }

    /// <summary>Scales <paramref name="vector"/> to Euclidean length 1; a zero vector stays as it is.</summary>
    public static void Normalize(Span<float> vector)
    {
        double squares = 0;
        foreach (float value in vector)
            squares += (double)value * value;
        if (squares == 0)
            return;

        double scale = 1 / Math.Sqrt(squares);
        foreach (ref float value in vector)
            value = (float)(value * scale);
    }

    private static void Sum(ReadOnlySpan<float> states, Span<float> pooled, double divisor)
    {
        double[] sums = new double[pooled.Length];
        for (int row = 0; row < states.Length; row += sums.Length)
        {
            ReadOnlySpan<float> token = states.Slice(row, sums.Length);
            for (int i = 0; i < sums.Length; i++)
                sums[i] += token[i];
        }
        for (int i = 0; i < sums.Length; i++)
            pooled[i] = (float)(sums[i] / divisor);
    }

    private static void Largest(ReadOnlySpan<float> states, Span<float> pooled)
    {
        states[..pooled.Length].CopyTo(pooled);
        for (int row = pooled.Length; row < states.Length; row += pooled.Length)
        {
            ReadOnlySpan<float> token = states.Slice(row, pooled.Length);
            for (int i = 0; i < pooled.Length; i++)
                pooled[i] = Math.Max(pooled[i], token[i]);
        }
    }
}
