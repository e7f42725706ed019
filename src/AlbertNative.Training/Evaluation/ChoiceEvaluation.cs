using AlbertNative.Evaluation;

namespace AlbertNative.Training;

/// <summary>What was chosen for one question.</summary>
/// <param name="Choice">The number of the choice, from 0.</param>
/// <param name="Confidence">Its probability; null where it is not known.</param>
public sealed record PredictedChoice(int Choice, double? Confidence = null);

/// <summary>Judges choices.</summary>
public static class ChoiceEvaluation
{
    /// <summary>Compares what was chosen with what is right.</summary>
    /// <param name="questions">The questions with their right choices.</param>
    /// <param name="predictions">As many predictions.</param>
    /// <param name="bootstrap">Whether to draw the interval of the headline.</param>
    /// <exception cref="ArgumentException">The lists differ in length, or a question has no such choice.</exception>
    public static EvaluationSummary Of(IReadOnlyList<ChoiceExample> questions, IReadOnlyList<PredictedChoice> predictions, bool bootstrap = false)
    {
        ArgumentNullException.ThrowIfNull(questions);
        ArgumentNullException.ThrowIfNull(predictions);
        if (questions.Count != predictions.Count)
            throw new ArgumentException($"There are {predictions.Count} predictions of {questions.Count} questions.", nameof(predictions));
        for (int i = 0; i < questions.Count; i++)
        {
            if ((uint)predictions[i].Choice >= (uint)questions[i].Choices.Count)
            {
                throw new ArgumentException(
                    $"The question of line {questions[i].Line} has {questions[i].Choices.Count} choices, and choice {predictions[i].Choice} was predicted.", nameof(predictions));
            }
        }
        bool IsRight(int i) => predictions[i].Choice == questions[i].Label;
        int right = Enumerable.Range(0, questions.Count).Count(IsRight);
        return new()
        {
            Examples = questions.Count,
            Metrics = [new("accuracy", questions.Count == 0 ? 0 : (double)right / questions.Count)],
            Interval = bootstrap && questions.Count > 0 ? BootstrapInterval.Of(questions.Count, sample => sample.Average(i => IsRight(i) ? 1.0 : 0.0)) : null,
            Errors =
            [
                .. Enumerable.Range(0, questions.Count).Where(i => !IsRight(i))
                    .OrderByDescending(i => predictions[i].Confidence ?? 0).Take(EvaluationSummary.ShownErrors)
                    .Select(i => new EvaluationError(
                        questions[i].Line, questions[i].Choices[questions[i].Label], questions[i].Choices[predictions[i].Choice],
                        predictions[i].Confidence, questions[i].Text)),
            ],
        };
    }
}
