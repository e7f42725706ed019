namespace AlbertNative.Evaluation;

/// <summary>SQuAD 2.0's scores, where a question may have no answer.</summary>
public sealed record Squad2Scores
{
    private Squad2Scores(AnswerScores all, AnswerScores answerable, AnswerScores unanswerable, BestThreshold exact, BestThreshold f1) =>
        (All, Answerable, Unanswerable, BestExactMatch, BestF1) = (all, answerable, unanswerable, exact, f1);

    /// <summary>Over all questions.</summary>
    public AnswerScores All { get; }

    /// <summary>Over those that have an answer (<c>HasAns</c>).</summary>
    public AnswerScores Answerable { get; }

    /// <summary>Over those that have none (<c>NoAns</c>).</summary>
    public AnswerScores Unanswerable { get; }

    /// <summary>The exact match that the best threshold would give.</summary>
    public BestThreshold BestExactMatch { get; }

    /// <summary>The F1 that the best threshold would give.</summary>
    public BestThreshold BestF1 { get; }

    /// <summary>Compares answers.</summary>
    /// <param name="questions">The questions.</param>
    /// <param name="noAnswerThreshold">Where a question's no-answer score is above it, its answer counts as "no answer".</param>
    /// <param name="unicodePunctuation">As for <see cref="AnswerScores.OfSquad"/>.</param>
    public static Squad2Scores Of(
        IEnumerable<AnsweredQuestion> questions, double noAnswerThreshold = double.PositiveInfinity, bool unicodePunctuation = false)
    {
        List<AnswerComparison> raw = [.. questions.Select(q => AnswerComparison.OfSquad2(q, unicodePunctuation))];
        List<AnswerComparison> compared = [.. raw.Select(c => c.NoAnswerScore > noAnswerThreshold ? c.AsNoAnswer() : c)];
        return new(
            AnswerScores.Mean(compared),
            AnswerScores.Mean([.. compared.Where(c => c.HasAnswer)]),
            AnswerScores.Mean([.. compared.Where(c => !c.HasAnswer)]),
            BestThreshold.Find(raw, c => c.Exact),
            BestThreshold.Find(raw, c => c.F1));
    }
}
