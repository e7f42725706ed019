namespace AlbertNative.Evaluation;

/// <summary>A question with its right answers and the one given.</summary>
/// <param name="Id">The question's name.</param>
/// <param name="Golds">The right answers; none where the text does not answer it.</param>
/// <param name="Prediction">The answer given; empty for "no answer".</param>
/// <param name="NoAnswerScore">How sure the model is that there is no answer, on any scale that is the same for all questions.</param>
public sealed record AnsweredQuestion(string Id, IReadOnlyList<string> Golds, string Prediction, double NoAnswerScore = 0);
