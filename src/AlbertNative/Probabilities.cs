namespace AlbertNative;

/// <summary>What a head's raw scores become: probabilities, computed in double precision and rounded once.</summary>
internal static class Probabilities
{
    /// <summary>exp(x_i) / Σ exp(x_j), shifted by the largest score so that no term overflows.</summary>
    public static float[] Softmax(ReadOnlySpan<float> logits)
    {
        float[] result = new float[logits.Length];
        Softmax(logits, result);
        return result;
    }

    /// <summary>Softmax of <paramref name="logits"/> into <paramref name="probabilities"/> (same length; may be the same memory).</summary>
    public static void Softmax(ReadOnlySpan<float> logits, Span<float> probabilities)
    {
        double largest = double.NegativeInfinity;
        foreach (float logit in logits)
            largest = Math.Max(largest, logit);

        double sum = 0;
        foreach (float logit in logits)
            sum += Math.Exp(logit - largest);

        for (int i = 0; i < logits.Length; i++)
            probabilities[i] = (float)(Math.Exp(logits[i] - largest) / sum);
    }

    /// <summary>1 / (1 + exp(-x)) of each score.</summary>
    public static float[] Sigmoid(ReadOnlySpan<float> logits)
    {
        float[] result = new float[logits.Length];
        for (int i = 0; i < result.Length; i++)
            result[i] = (float)(1 / (1 + Math.Exp(-logits[i])));
        return result;
    }

    /// <summary>The index of the largest score; of equal ones, the first.</summary>
    public static int ArgMax(ReadOnlySpan<float> scores)
    {
        int best = 0;
        for (int i = 1; i < scores.Length; i++)
        {
            if (scores[i] > scores[best])
                best = i;
        }
        return best;
    }

    /// <summary>The indices of the <paramref name="count"/> largest scores, largest first; equal ones in their order.</summary>
    public static int[] TopK(ReadOnlySpan<float> scores, int count)
    {
        // The heap's root is the worst of those kept: the smallest score, and of equal scores the latest index.
        PriorityQueue<int, (float Score, int Order)> kept = new(Math.Min(count, scores.Length) + 1);
        for (int i = 0; i < scores.Length; i++)
        {
            if (kept.Count < count)
                kept.Enqueue(i, (scores[i], -i));
            else if (count > 0 && scores[i] > scores[kept.Peek()])
                kept.EnqueueDequeue(i, (scores[i], -i));
        }

        int[] best = new int[kept.Count];
        for (int at = best.Length - 1; at >= 0; at--)
            best[at] = kept.Dequeue();
        return best;
    }
}
