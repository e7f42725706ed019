using AlbertNative.Model;

namespace AlbertNative;

/// <summary>Picks the best of several continuations or answers: Hugging Face's classes for multiple choice.</summary>
public sealed class MultipleChoiceSelector : TextTask
{
    private readonly MultipleChoiceHead _head;
    private readonly OutputPool<LogitsOutput> _outputs = new();

    /// <summary>Makes the task of an opened model, which stays the caller's.</summary>
    /// <exception cref="FormatException">The model does not hold the head's weights.</exception>
    /// <exception cref="ArgumentException">Model, tokenizer and options do not fit together.</exception>
    public MultipleChoiceSelector(TextModel model, TaskOptions? options = null)
        : base(model, options)
    {
        _head = new MultipleChoiceHead(model.Transformer);
        Inputs.RefuseWindows(nameof(MultipleChoiceSelector));
    }

    /// <summary>What the task is called, and what it needs.</summary>
    public static TaskDescription Description { get; } = new()
    {
        Name = "multiple-choice",
        Command = "choose",
        Summary = "Pick the best of several continuations or answers",
        TelemetryName = "multiple_choice",
        Architectures = [ModelArchitecture.MultipleChoice],
        TaskType = typeof(MultipleChoiceSelector),
        Create = (model, options) => new MultipleChoiceSelector(model, options),
    };

    /// <summary>Opens a model for this task alone: a directory, a one-file model, or a name on the hub (<see cref="TextModel.Open"/>).</summary>
    /// <exception cref="FormatException">A file is malformed, not supported, or lacks the task's head; names it.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="ArgumentException">Model, tokenizer and options do not fit together.</exception>
    /// <exception cref="Hub.HubException">The named model could not be fetched.</exception>
    public static MultipleChoiceSelector Load(string path, TaskOptions? options = null, TextModelOptions? modelOptions = null) =>
        Own(TextModel.Open(path, modelOptions), model => new MultipleChoiceSelector(model, options));

    /// <summary>Rates the choices of a question, each read together with it.</summary>
    /// <exception cref="ArgumentException">There is no choice, or the question and a choice have too many tokens.</exception>
    public ChoiceScores Select(string prompt, IReadOnlyList<string> choices, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        ArgumentNullException.ThrowIfNull(choices);
        return Operation().Run((prompt, choices), cancellationToken);
    }

    /// <summary>Rates the choices of each question: lazily, in order, many in one pass.</summary>
    /// <exception cref="ArgumentException">When a question's turn comes that has no choice, or too many tokens with one.</exception>
    public IEnumerable<ChoiceScores> Select(
        IEnumerable<(string Prompt, IReadOnlyList<string> Choices)> questions, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(questions);
        return Operation().Run(questions, cancellationToken);
    }

    /// <summary>As <see cref="Select(string, IReadOnlyList{string}, CancellationToken)"/>, without a thread that waits.</summary>
    /// <exception cref="ArgumentException">There is no choice, or the question and a choice have too many tokens.</exception>
    public Task<ChoiceScores> SelectAsync(string prompt, IReadOnlyList<string> choices, CancellationToken cancellationToken = default) =>
        Operation().RunAsync((prompt, choices), cancellationToken);

    /// <summary>The rating of choices in its parts.</summary>
    public TaskOperation<(string Prompt, IReadOnlyList<string> Choices), ChoiceScores> Operation() =>
        Operation<(string Prompt, IReadOnlyList<string> Choices), LogitsOutput, ChoiceScores>(
            _outputs, Encode, HeadForward<(string Prompt, IReadOnlyList<string> Choices), LogitsOutput>.Of(_head), Finish);

    private EncodedInput<(string Prompt, IReadOnlyList<string> Choices)> Encode((string Prompt, IReadOnlyList<string> Choices) question) =>
        question.Choices.Count > 0
            ? Inputs.EncodePairs(question, question.Choices.Select(choice => (question.Prompt, choice)))
            : throw new ArgumentException("there is no choice", nameof(question));

    private static ChoiceScores Finish(ModelBatch<(string Prompt, IReadOnlyList<string> Choices)> batch, int i, LogitsOutput output)
    {
        float[] logits = new float[batch.Inputs[i].Windows.Count];
        for (int choice = 0; choice < logits.Length; choice++)
            logits[choice] = output.Logits[batch.FirstSequence(i) + choice][0];
        return new ChoiceScores(Probabilities.ArgMax(logits), Probabilities.Softmax(logits));
    }
}
