using AlbertNative.Model;
using AlbertNative.Tokenization;

namespace AlbertNative;

/// <summary>Picks the best of several continuations or answers: Hugging Face's AlbertForMultipleChoice.</summary>
public sealed class MultipleChoiceSelector : AlbertTask
{
    private readonly AlbertForMultipleChoice _model;

    /// <summary>Makes the task of a model that the caller keeps.</summary>
    /// <exception cref="ArgumentException">Model, tokenizer and options do not fit together.</exception>
    public MultipleChoiceSelector(AlbertForMultipleChoice model, Tokenizer tokenizer, TaskOptions? options = null)
        : this(model, tokenizer, options ?? TaskOptions.Default, ownsModel: false)
    {
    }

    private MultipleChoiceSelector(AlbertForMultipleChoice model, Tokenizer tokenizer, TaskOptions options, bool ownsModel)
        : base(model, tokenizer, options, ownsModel)
    {
        _model = model;
        Inputs.RefuseWindows(nameof(MultipleChoiceSelector));
    }

    /// <summary>Loads a model from whatever <see cref="ModelFiles.Open"/> takes: a directory, a one-file model, or a name on the hub.</summary>
    /// <exception cref="FormatException">A file is malformed or not supported; names it.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="ArgumentException">Model, tokenizer and options do not fit together.</exception>
    /// <exception cref="Hub.HubException">The named model could not be fetched.</exception>
    public static MultipleChoiceSelector Load(string path, TaskOptions? options = null)
    {
        options ??= TaskOptions.Default;
        return Load(
            path,
            options,
            AlbertForMultipleChoice.Load,
            (model, tokenizer) => new MultipleChoiceSelector(model, tokenizer, options, ownsModel: true));
    }

    /// <summary>Rates the choices of a question, each read together with it.</summary>
    /// <exception cref="ArgumentException">There is no choice, or the question and a choice have too many tokens.</exception>
    public ChoiceScores Select(string prompt, IReadOnlyList<string> choices, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        ArgumentNullException.ThrowIfNull(choices);
        return Select([(prompt, choices)], cancellation).Single();
    }

    /// <summary>Rates the choices of each question: lazily, in order, many in one pass.</summary>
    /// <exception cref="ArgumentException">When a question's turn comes that has no choice, or too many tokens with one.</exception>
    public IEnumerable<ChoiceScores> Select(
        IEnumerable<(string Prompt, IReadOnlyList<string> Choices)> questions, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(questions);
        return Stream<(string Prompt, IReadOnlyList<string> Choices), LogitsOutput, ChoiceScores>(
            questions, Encode, (batch, output) => Compute(batch, output, cancellation), cancellation);
    }

    private EncodedInput<(string Prompt, IReadOnlyList<string> Choices)> Encode((string Prompt, IReadOnlyList<string> Choices) question) =>
        question.Choices.Count > 0
            ? Inputs.EncodePairs(question, question.Choices.Select(choice => (question.Prompt, choice)))
            : throw new ArgumentException("there is no choice", nameof(question));

    private ChoiceScores[] Compute(
        ModelBatch<(string Prompt, IReadOnlyList<string> Choices)> batch, LogitsOutput output, CancellationToken cancellation)
    {
        _model.Forward(batch.Tokens, output, hiddenStates: false, cancellation);
        return batch.Select((i, input) =>
        {
            float[] logits = new float[input.Windows.Count];
            for (int choice = 0; choice < logits.Length; choice++)
                logits[choice] = output.Logits[batch.FirstSequence(i) + choice][0];
            return new ChoiceScores(Probabilities.ArgMax(logits), Probabilities.Softmax(logits));
        });
    }
}
