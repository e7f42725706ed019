namespace AlbertNative.Evaluation;

/// <summary>Two shares of questions, in percent.</summary>
/// <param name="ExactMatch">How many answers equal a right one after normalisation, of 100.</param>
/// <param name="F1">The mean overlap of words with the nearest right answer, times 100.</param>
/// <param name="Total">The number of questions.</param>
public sealed record AnswerScores(double ExactMatch, double F1, int Total)
{
    /// <summary>
    /// SQuAD 1.1's scores: for each question that has an answer the best over its right answers; questions without one are
    /// left out.
    /// </summary>
    /// <param name="questions">The questions.</param>
    /// <param name="unicodePunctuation">
    /// Whether all Unicode punctuation and the zero-width non-joiner are left out of the comparison, as Persian wants it.
    /// SQuAD's script leaves them, so the figures are then other ones and must be named so.
    /// </param>
    public static AnswerScores OfSquad(IEnumerable<AnsweredQuestion> questions, bool unicodePunctuation = false)
    {
        List<AnswerComparison> compared =
            [.. questions.Where(q => q.Golds.Count > 0).Select(q => AnswerComparison.OfSquad(q, unicodePunctuation))];
        return Mean(compared);
    }

    /// <summary>The mean over questions, in percent; 0 of none.</summary>
    internal static AnswerScores Mean(IReadOnlyCollection<AnswerComparison> compared) => new(
        100 * Scores.Ratio(compared.Sum(c => c.Exact), compared.Count),
        100 * Scores.Ratio(compared.Sum(c => c.F1), compared.Count),
        compared.Count);
}
