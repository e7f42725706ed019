namespace AlbertNative;

/// <summary>A run of tokens, both ends included, and the probability that it is the answer.</summary>
internal readonly record struct AnswerSpan(int First, int Last, double Score);

/// <summary>The search for answers among a window's tokens, as Hugging Face's question-answering pipeline does it.</summary>
internal static class AnswerSpans
{
    /// <summary>
    /// The best <paramref name="count"/> spans of at most <paramref name="maxLength"/> tokens, by
    /// P(start) × P(end), best first; spans of probability 0 are none.
    /// </summary>
    /// <remarks>
    /// A span whose first or last token is not <paramref name="answerable"/> takes its place among the best
    /// and is then dropped, so fewer than <paramref name="count"/> may come back: the order in which the
    /// pipeline's <c>decode_spans</c> does the two.
    /// </remarks>
    public static List<AnswerSpan> Search(
        ReadOnlySpan<double> start, ReadOnlySpan<double> end, ReadOnlySpan<bool> answerable, int count, int maxLength)
    {
        // The heap's root is the worst of those kept; of equal scores, the later span is the worse.
        PriorityQueue<AnswerSpan, (double Score, int Order)> kept = new();
        int order = 0;
        for (int first = 0; first < start.Length; first++)
        {
            int stop = (int)Math.Min(end.Length, (long)first + maxLength);
            for (int last = first; last < stop; last++)
            {
                double score = start[first] * end[last];
                if (score <= 0)
                    continue;

                order--;
                if (kept.Count < count)
                    kept.Enqueue(new(first, last, score), (score, order));
                else if (kept.TryPeek(out AnswerSpan worst, out _) && score > worst.Score)
                    kept.EnqueueDequeue(new(first, last, score), (score, order));
            }
        }

        List<AnswerSpan> best = new(kept.Count);
        while (kept.TryDequeue(out AnswerSpan span, out _))
        {
            if (answerable[span.First] && answerable[span.Last])
                best.Add(span);
        }
        best.Reverse();
        return best;
    }

    /// <summary>
    /// Softmax over the tokens for which <paramref name="candidate"/> holds; 0 elsewhere.
    /// </summary>
    public static double[] Normalize(ReadOnlySpan<float> logits, ReadOnlySpan<bool> candidate)
    {
        double largest = double.NegativeInfinity;
        for (int i = 0; i < logits.Length; i++)
        {
            if (candidate[i])
                largest = Math.Max(largest, logits[i]);
        }

        double[] result = new double[logits.Length];
        double sum = 0;
        for (int i = 0; i < result.Length; i++)
            sum += result[i] = candidate[i] ? Math.Exp(logits[i] - largest) : 0;
        for (int i = 0; i < result.Length; i++)
            result[i] /= sum;
        return result;
    }
}
