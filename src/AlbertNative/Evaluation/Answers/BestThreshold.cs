namespace AlbertNative.Evaluation;

/// <summary>The threshold of the no-answer score that would have served best, and what it gives.</summary>
/// <param name="Score">The score with it, in percent.</param>
/// <param name="Threshold">Answers whose no-answer score is at most this are given.</param>
public readonly record struct BestThreshold(double Score, double Threshold)
{
    /// <summary>
    /// As SQuAD 2.0's script: begin with "no answer" everywhere, then give the answers one by one, the surest first, and
    /// remember where the sum was largest.
    /// </summary>
    internal static BestThreshold Find(IReadOnlyList<AnswerComparison> questions, Func<AnswerComparison, double> score)
    {
        if (questions.Count == 0)
            return default;
        double current = questions.Count(q => !q.HasAnswer);
        double best = current, threshold = 0;
        foreach (AnswerComparison question in questions.OrderBy(q => q.NoAnswerScore))
        {
            current += question.HasAnswer ? score(question) : question.Predicted ? -1 : 0;
            if (current > best)
                (best, threshold) = (current, question.NoAnswerScore);
        }
        return new(100 * best / questions.Count, threshold);
    }
}
