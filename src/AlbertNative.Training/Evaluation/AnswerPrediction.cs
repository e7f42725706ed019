using AlbertNative.Model;

namespace AlbertNative.Training;

/// <summary>How a model's answers to questions are chosen for evaluation.</summary>
public sealed record AnswerPredictionOptions
{
    /// <summary>The most tokens of an input; null for 384, or what the model takes if that is less.</summary>
    public int? MaxLength { get; init; }

    /// <summary>How many tokens neighbouring windows share; null for 128, or half of a shorter window.</summary>
    public int? Stride { get; init; }

    /// <summary>The most tokens of an answer.</summary>
    public int MaxAnswerLength { get; init; } = 30;

    /// <summary>How much more than the best answer "no answer" has to score to be given, where there may be none.</summary>
    public double NoAnswerThreshold { get; init; }
}

/// <summary>
/// Answers by the rule of Hugging Face's <c>run_qa</c>, which its published figures follow; the pipeline's, which
/// <see cref="QuestionAnswerer"/> follows, multiplies probabilities instead.
/// </summary>
/// <param name="Answers">The answer to each question, by its id; empty for "no answer".</param>
/// <param name="NoAnswerScores">How much more "no answer" scores than the best answer, by the question's id.</param>
public sealed record AnswerPrediction(IReadOnlyDictionary<string, string> Answers, IReadOnlyDictionary<string, double> NoAnswerScores)
{
    private const int DefaultMaxLength = 384;
    private const int DefaultStride = 128;

    /// <summary>Answers questions.</summary>
    /// <param name="model">The model, with a question-answering head.</param>
    /// <param name="questions">The questions.</param>
    /// <param name="options">How answers are chosen; null for the defaults.</param>
    /// <param name="cancellationToken">Stops the computation.</param>
    /// <exception cref="FormatException">The model has no such head.</exception>
    /// <exception cref="ArgumentException">A question leaves no room for its context.</exception>
    public static AnswerPrediction Of(
        TextModel model, IReadOnlyList<QuestionExample> questions, AnswerPredictionOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new AnswerPredictionOptions();
        QuestionAnsweringHead head = new(model.Transformer);
        int length = options.MaxLength ?? Math.Min(DefaultMaxLength, model.Config.MaxPositionCount);
        int stride = options.Stride ?? Math.Min(length / 2, DefaultStride);
        bool hasUnanswerable = questions.Any(question => question.Answers.Count == 0);
        Dictionary<string, string> answers = new(StringComparer.Ordinal);
        Dictionary<string, double> scores = new(StringComparer.Ordinal);
        LogitsOutput output = new();
        foreach (QuestionExample question in questions)
        {
            IReadOnlyList<QuestionWindow> windows = QuestionWindow.Cut(model.Tokenizer, question, length, stride);
            TokenBatch batch = new();
            foreach (QuestionWindow window in windows)
                batch.Add(window.Input.InputIds, window.Input.TokenTypeIds);
            head.Forward(batch, output, cancellationToken: cancellationToken);
            AnswerSelection selection = AnswerSelection.Of(
                question.Context, windows,
                [.. windows.Select((window, w) => AnswerSelection.LogitsOf(output.Logits, batch.SequenceStarts[w], window.Input.Length))],
                options.MaxAnswerLength);
            answers[question.Id] = hasUnanswerable ? selection.AnswerOrNothing(options.NoAnswerThreshold) : selection.Answer;
            scores[question.Id] = selection.NoAnswerMargin;
        }
        return new(answers, scores);
    }
}
