using AlbertNative.Tensors;

namespace AlbertNative;

/// <summary>The arithmetic of <see cref="Pooling"/> over the vectors of one text's or one word's tokens.</summary>
internal static class Pool
{
    /// <summary>
    /// Pools <paramref name="rows"/> of <paramref name="states"/>, [tokens, hidden], into <paramref name="pooled"/>,
    /// [hidden]. Sums run in double precision, in the tokens' order.
    /// </summary>
    /// <param name="pooling">The formula.</param>
    /// <param name="states">The tokens' vectors.</param>
    /// <param name="rows">The tokens, at least one.</param>
    /// <param name="position">The position of the first of them in its text, from 0.</param>
    /// <param name="pooled">The result.</param>
    /// <exception cref="ArgumentOutOfRangeException">The pooler, which is the model's and not a function of the states alone.</exception>
    public static void Tokens(Pooling pooling, Matrix states, ReadOnlySpan<int> rows, int position, Span<float> pooled)
    {
        switch (pooling)
        {
            case Pooling.Cls:
                states[rows[0]].CopyTo(pooled);
                break;
            case Pooling.LastToken:
                states[rows[^1]].CopyTo(pooled);
                break;
            case Pooling.Mean:
                Sum(states, rows, pooled, rows.Length);
                break;
            case Pooling.MeanSqrtLen:
                Sum(states, rows, pooled, Math.Sqrt(rows.Length));
                break;
            case Pooling.WeightedMean:
                WeightedMean(states, rows, position, pooled);
                break;
            case Pooling.Max:
                Largest(states, rows, pooled);
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

    private static void Sum(Matrix states, ReadOnlySpan<int> rows, Span<float> pooled, double divisor)
    {
        double[] sums = new double[pooled.Length];
        foreach (int row in rows)
        {
            ReadOnlySpan<float> token = states[row];
            for (int i = 0; i < sums.Length; i++)
                sums[i] += token[i];
        }
        for (int i = 0; i < sums.Length; i++)
            pooled[i] = (float)(sums[i] / divisor);
    }

    private static void WeightedMean(Matrix states, ReadOnlySpan<int> rows, int position, Span<float> pooled)
    {
        double[] sums = new double[pooled.Length];
        double weights = 0;
        for (int k = 0; k < rows.Length; k++)
        {
            double weight = position + k + 1;
            weights += weight;
            ReadOnlySpan<float> token = states[rows[k]];
            for (int i = 0; i < sums.Length; i++)
                sums[i] += weight * token[i];
        }
        for (int i = 0; i < sums.Length; i++)
            pooled[i] = (float)(sums[i] / weights);
    }

    private static void Largest(Matrix states, ReadOnlySpan<int> rows, Span<float> pooled)
    {
        states[rows[0]].CopyTo(pooled);
        foreach (int row in rows[1..])
        {
            ReadOnlySpan<float> token = states[row];
            for (int i = 0; i < pooled.Length; i++)
                pooled[i] = Math.Max(pooled[i], token[i]);
        }
    }
}
