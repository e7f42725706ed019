namespace AlbertNative.Evaluation;

/// <summary>One question's scores: its best over the right answers.</summary>
internal readonly record struct AnswerComparison(double Exact, double F1, bool HasAnswer, bool Predicted, double NoAnswerScore)
{
    public static AnswerComparison OfSquad(AnsweredQuestion question, bool unicodePunctuation) =>
        Best(question, question.Golds, unicodePunctuation, emptyAgree: false);

    /// <summary>As SQuAD 2.0's script: right answers without a word do not count; where none is left, the right answer is "".</summary>
    public static AnswerComparison OfSquad2(AnsweredQuestion question, bool unicodePunctuation)
    {
        List<string> golds = [.. question.Golds.Where(gold => AnswerText.Normalize(gold, unicodePunctuation).Length > 0)];
        return Best(question, golds.Count == 0 ? [""] : golds, unicodePunctuation, emptyAgree: true);
    }

    /// <summary>The scores after "no answer" was put in the place of the prediction.</summary>
    public AnswerComparison AsNoAnswer() =>
        this with { Exact = HasAnswer ? 0 : 1, F1 = HasAnswer ? 0 : 1, Predicted = false };

    private static AnswerComparison Best(
        AnsweredQuestion question, IReadOnlyList<string> golds, bool unicodePunctuation, bool emptyAgree)
    {
        string prediction = AnswerText.Normalize(question.Prediction, unicodePunctuation);
        string[] words = AnswerText.Words(prediction);
        double exact = 0, f1 = 0;
        foreach (string gold in golds)
        {
            string normalized = AnswerText.Normalize(gold, unicodePunctuation);
            exact = Math.Max(exact, normalized == prediction ? 1 : 0);
            f1 = Math.Max(f1, AnswerOverlap.F1(words, AnswerText.Words(normalized), emptyAgree));
        }
        return new(exact, f1, question.Golds.Count > 0, question.Prediction.Length > 0, question.NoAnswerScore);
    }
}
