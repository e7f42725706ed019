using AlbertNative.Evaluation;

namespace AlbertNative.Training;

/// <summary>Judges answers to questions by SQuAD's two rules.</summary>
public static class AnswerEvaluation
{
    /// <summary>
    /// Compares answers with the right ones: by SQuAD 1.1's rule where every question has an answer, else by 2.0's.
    /// </summary>
    /// <param name="questions">The questions.</param>
    /// <param name="answers">The answer to each, by the question's id; empty for "no answer".</param>
    /// <param name="noAnswerScores">How sure it is that a question has no answer, by id; null for 0 everywhere.</param>
    /// <param name="noAnswerThreshold">Above this score an answer counts as "no answer".</param>
    /// <param name="bootstrap">Whether to draw the interval of the headline.</param>
    /// <exception cref="ArgumentException">A question has no prediction; the message names it.</exception>
    public static EvaluationSummary Of(
        IReadOnlyList<QuestionExample> questions, IReadOnlyDictionary<string, string> answers,
        IReadOnlyDictionary<string, double>? noAnswerScores = null, double noAnswerThreshold = double.PositiveInfinity, bool bootstrap = false)
    {
        AnsweredQuestion[] answered = [.. questions.Select(question => new AnsweredQuestion(
            question.Id, [.. question.Answers.Select(answer => answer.Text)], Find(answers, question, "prediction"),
            noAnswerScores is null ? 0 : Find(noAnswerScores, question, "no-answer score")))];
        bool hasUnanswerable = questions.Any(question => question.Answers.Count == 0);
        List<KeyValuePair<string, double>> metrics = hasUnanswerable ? Squad2(answered, noAnswerScores is not null, noAnswerThreshold) : Squad(answered);
        double[] scores = [.. answered.Select(question => F1(question, noAnswerThreshold, hasUnanswerable))];
        return new()
        {
            Examples = questions.Count,
            Metrics = metrics,
            Interval = bootstrap && scores.Length > 0 ? BootstrapInterval.Of(scores.Length, sample => sample.Average(i => scores[i])) : null,
            Errors =
            [
                .. questions.Select((question, i) => (Question: question, Score: scores[i], Answer: answered[i].Prediction))
                    .OrderBy(item => item.Score).Where(item => item.Score < 100).Take(EvaluationSummary.ShownErrors)
                    .Select(item => new EvaluationError(
                        item.Question.Line, item.Question.Answers is [{ } first, ..] ? first.Text : "(no answer)",
                        item.Answer.Length > 0 ? item.Answer : "(no answer)", null, item.Question.Question)),
            ],
            Notes = ["exact_match_unicode and f1_unicode leave out all Unicode punctuation and the zero-width non-joiner; SQuAD's scripts leave out ASCII's only."],
        };
    }

    private static List<KeyValuePair<string, double>> Squad(AnsweredQuestion[] answered)
    {
        AnswerScores scores = AnswerScores.OfSquad(answered);
        AnswerScores unicode = AnswerScores.OfSquad(answered, unicodePunctuation: true);
        return
        [
            new("f1", scores.F1),
            new("exact_match", scores.ExactMatch),
            new("f1_unicode", unicode.F1),
            new("exact_match_unicode", unicode.ExactMatch),
        ];
    }

    private static List<KeyValuePair<string, double>> Squad2(AnsweredQuestion[] answered, bool hasScores, double threshold)
    {
        Squad2Scores scores = Squad2Scores.Of(answered, threshold);
        Squad2Scores unicode = Squad2Scores.Of(answered, threshold, unicodePunctuation: true);
        List<KeyValuePair<string, double>> metrics =
        [
            new("f1", scores.All.F1),
            new("exact", scores.All.ExactMatch),
            new("HasAns_f1", scores.Answerable.F1),
            new("HasAns_exact", scores.Answerable.ExactMatch),
            new("NoAns_f1", scores.Unanswerable.F1),
            new("NoAns_exact", scores.Unanswerable.ExactMatch),
            new("f1_unicode", unicode.All.F1),
            new("exact_match_unicode", unicode.All.ExactMatch),
        ];
        if (hasScores)
        {
            metrics.Add(new("best_f1", scores.BestF1.Score));
            metrics.Add(new("best_f1_thresh", scores.BestF1.Threshold));
            metrics.Add(new("best_exact", scores.BestExactMatch.Score));
            metrics.Add(new("best_exact_thresh", scores.BestExactMatch.Threshold));
        }
        return metrics;
    }

    private static double F1(AnsweredQuestion question, double threshold, bool hasUnanswerable) => hasUnanswerable
        ? Squad2Scores.Of([question], threshold).All.F1
        : AnswerScores.OfSquad([question]).F1;

    private static T Find<T>(IReadOnlyDictionary<string, T> values, QuestionExample question, string what) =>
        values.TryGetValue(question.Id, out T? value)
            ? value
            : throw new ArgumentException($"There is no {what} of question '{question.Id}' of line {question.Line}.", nameof(values));
}
