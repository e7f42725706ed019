using AlbertNative.Model;
using AlbertNative.Tokenization;

namespace AlbertNative;

/// <summary>
/// Finds the answers to questions in contexts: Hugging Face's question-answering pipeline. A context that is too
/// long for the model is read in overlapping windows, whatever <see cref="TaskOptions.Overlong"/> says.
/// </summary>
public sealed class QuestionAnswerer : TextTask
{
    // The pipeline's limits for models that would take more.
    private const int DefaultMaxLength = 384;
    private const int DefaultStride = 128;

    private readonly QuestionAnsweringHead _head;
    private readonly OutputPool<LogitsOutput> _outputs = new();
    private readonly int _windowLength;

    /// <summary>Makes the task of an opened model, which stays the caller's.</summary>
    /// <exception cref="FormatException">The model does not hold the head's weights.</exception>
    /// <exception cref="ArgumentException">Model, tokenizer and options do not fit together.</exception>
    public QuestionAnswerer(TextModel model, TaskOptions? options = null)
        : base(model, options)
    {
        _head = new QuestionAnsweringHead(model.Transformer);
        _windowLength = options?.MaxLength ?? Math.Min(MaxLength, DefaultMaxLength);
    }

    /// <summary>What the task is called, and what it needs.</summary>
    public static TaskDescription Description { get; } = new()
    {
        Name = "question-answering",
        Command = "answer",
        Summary = "Find the answers to questions in contexts",
        TelemetryName = "question_answering",
        Architectures = [ModelArchitecture.QuestionAnswering],
        TaskType = typeof(QuestionAnswerer),
        Create = (model, options) => new QuestionAnswerer(model, options),
    };

    /// <summary>Opens a model for this task alone: a directory, a one-file model, or a name on the hub (<see cref="TextModel.Open"/>).</summary>
    /// <exception cref="FormatException">A file is malformed, not supported, or lacks the task's head; names it.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="ArgumentException">Model, tokenizer and options do not fit together.</exception>
    /// <exception cref="Hub.HubException">The named model could not be fetched.</exception>
    public static QuestionAnswerer Load(string path, TaskOptions? options = null, TextModelOptions? modelOptions = null) =>
        Own(TextModel.Open(path, modelOptions), model => new QuestionAnswerer(model, options));

    /// <summary>The answers to a question, best first.</summary>
    /// <param name="question">The question.</param>
    /// <param name="context">The text that holds the answer.</param>
    /// <param name="options">How many answers, how long, and whether there may be none.</param>
    /// <param name="cancellationToken">Stops the computation.</param>
    /// <returns>At most <see cref="QuestionAnsweringOptions.TopK"/> answers, none twice; fewer where the context has not so many.</returns>
    /// <exception cref="ArgumentException">The question leaves no room for the context.</exception>
    public IReadOnlyList<Answer> Answer(
        string question, string context, QuestionAnsweringOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(question);
        ArgumentNullException.ThrowIfNull(context);
        return Operation(options).Run((question, context), cancellationToken);
    }

    /// <summary>The answers to each question: lazily, in order, many in one pass.</summary>
    /// <exception cref="ArgumentException">When a question's turn comes that leaves no room for its context.</exception>
    public IEnumerable<IReadOnlyList<Answer>> Answer(
        IEnumerable<(string Question, string Context)> questions,
        QuestionAnsweringOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(questions);
        return Operation(options).Run(questions, cancellationToken);
    }

    /// <summary>As <see cref="Answer(string, string, QuestionAnsweringOptions, CancellationToken)"/>, without a thread that waits.</summary>
    /// <exception cref="ArgumentException">The question leaves no room for the context.</exception>
    public Task<IReadOnlyList<Answer>> AnswerAsync(
        string question, string context, QuestionAnsweringOptions? options = null, CancellationToken cancellationToken = default) =>
        Operation(options).RunAsync((question, context), cancellationToken);

    /// <summary>The finding of answers in its parts.</summary>
    public TaskOperation<(string Question, string Context), IReadOnlyList<Answer>> Operation(QuestionAnsweringOptions? options = null)
    {
        options ??= QuestionAnsweringOptions.Default;
        ArgumentOutOfRangeException.ThrowIfLessThan(options.TopK, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxAnswerLength, 1);
        int stride = options.Stride ?? Math.Min(_windowLength / 2, DefaultStride);
        ArgumentOutOfRangeException.ThrowIfNegative(stride, nameof(options.Stride));
        return Operation<(string Question, string Context), LogitsOutput, IReadOnlyList<Answer>>(
            _outputs,
            asked => Inputs.EncodeQuestion(asked, asked.Question, asked.Context, _windowLength, stride),
            HeadForward<(string Question, string Context), LogitsOutput>.Of(_head),
            (batch, i, output) => Finish(batch, i, output, options));
    }

    private static IReadOnlyList<Answer> Finish(
        ModelBatch<(string Question, string Context)> batch, int i, LogitsOutput output, QuestionAnsweringOptions options)
    {
        EncodedInput<(string Question, string Context)> input = batch.Inputs[i];
        List<Answer> answers = [];
        double noAnswer = double.PositiveInfinity;
        for (int w = 0; w < input.Windows.Count; w++)
        {
            TokenWindow window = input.Windows[w];
            WindowScores scores = WindowScores.Of(output, batch.FirstRow(i, w), window);
            noAnswer = Math.Min(noAnswer, scores.NoAnswer);
            foreach (AnswerSpan span in scores.Search(options.TopK, options.MaxAnswerLength))
                answers.Add(Locate(input, window, span, options.AlignToWords));
        }
        if (options.AllowNoAnswer)
            answers.Add(new("", (float)noAnswer, default));
        IEnumerable<Answer> best = answers.OrderByDescending(answer => answer.Score).DistinctBy(answer => answer.Span);
        return [.. best.Take(options.TopK)];
    }

    // Offsets of the Rust tokenizers take in the space before a word; an answer does not begin with it.
    private static Answer Locate(
        EncodedInput<(string Question, string Context)> input, TokenWindow window, AnswerSpan span, bool alignToWords)
    {
        Encoding encoding = input.Encoding;
        int first = window.ContentToken + (span.First - window.ContentRow);
        int last = window.ContentToken + (span.Last - window.ContentRow);
        if (alignToWords)
        {
            while (SameWord(encoding, first - 1, first))
                first--;
            while (SameWord(encoding, last, last + 1))
                last++;
        }

        string context = input.Input.Context;
        int start = encoding.Spans[first].Start;
        int end = encoding.Spans[last].End;
        while (start < end && char.IsWhiteSpace(context[start]))
            start++;
        while (end > start && char.IsWhiteSpace(context[end - 1]))
            end--;
        return new(context[start..end], (float)span.Score, new(start, end));
    }

    private static bool SameWord(Encoding encoding, int token, int next) =>
        token >= 0 && next < encoding.Count
        && encoding.SequenceIndices[token] == encoding.SequenceIndices[next]
        && encoding.WordIndices[token] == encoding.WordIndices[next];
}
