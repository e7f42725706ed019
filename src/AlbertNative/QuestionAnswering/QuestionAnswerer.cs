using AlbertNative.Model;
using AlbertNative.Tokenization;

namespace AlbertNative;

/// <summary>
/// Finds the answers to questions in contexts: Hugging Face's question-answering pipeline. A context that is too
/// long for the model is read in overlapping windows, whatever <see cref="TaskOptions.Overlong"/> says.
/// </summary>
public sealed class QuestionAnswerer : AlbertTask
{
    // The pipeline's limits for models that would take more.
    private const int DefaultMaxLength = 384;
    private const int DefaultStride = 128;

    private readonly AlbertForQuestionAnswering _model;
    private readonly int _windowLength;

    /// <summary>Makes the task of a model that the caller keeps.</summary>
    /// <exception cref="ArgumentException">Model, tokenizer and options do not fit together.</exception>
    public QuestionAnswerer(AlbertForQuestionAnswering model, Tokenizer tokenizer, TaskOptions? options = null)
        : this(model, tokenizer, options ?? TaskOptions.Default, ownsModel: false)
    {
    }

    private QuestionAnswerer(AlbertForQuestionAnswering model, Tokenizer tokenizer, TaskOptions options, bool ownsModel)
        : base(model, tokenizer, options, ownsModel)
    {
        _model = model;
        _windowLength = options.MaxLength ?? Math.Min(MaxLength, DefaultMaxLength);
    }

    /// <summary>Loads a model from whatever <see cref="ModelFiles.Open"/> takes: a directory, a one-file model, or a name on the hub.</summary>
    /// <exception cref="FormatException">A file is malformed or not supported; names it.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="ArgumentException">Model, tokenizer and options do not fit together.</exception>
    /// <exception cref="Hub.HubException">The named model could not be fetched.</exception>
    public static QuestionAnswerer Load(string path, TaskOptions? options = null)
    {
        options ??= TaskOptions.Default;
        return Load(
            path,
            options,
            AlbertForQuestionAnswering.Load,
            (model, tokenizer) => new QuestionAnswerer(model, tokenizer, options, ownsModel: true));
    }

    /// <summary>The answers to a question, best first.</summary>
    /// <param name="question">The question.</param>
    /// <param name="context">The text that holds the answer.</param>
    /// <param name="options">How many answers, how long, and whether there may be none.</param>
    /// <param name="cancellation">Stops the computation.</param>
    /// <returns>At most <see cref="QuestionAnsweringOptions.TopK"/> answers, none twice; fewer where the context has not so many.</returns>
    /// <exception cref="ArgumentException">The question leaves no room for the context.</exception>
    public IReadOnlyList<Answer> Answer(
        string question, string context, QuestionAnsweringOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(question);
        ArgumentNullException.ThrowIfNull(context);
        return Answer([(question, context)], options, cancellation).Single();
    }

    /// <summary>The answers to each question: lazily, in order, many in one pass.</summary>
    /// <exception cref="ArgumentException">When a question's turn comes that leaves no room for its context.</exception>
    public IEnumerable<IReadOnlyList<Answer>> Answer(
        IEnumerable<(string Question, string Context)> questions,
        QuestionAnsweringOptions? options = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(questions);
        options ??= QuestionAnsweringOptions.Default;
        ArgumentOutOfRangeException.ThrowIfLessThan(options.TopK, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxAnswerLength, 1);
        int stride = options.Stride ?? Math.Min(_windowLength / 2, DefaultStride);
        ArgumentOutOfRangeException.ThrowIfNegative(stride, nameof(options.Stride));

        return Stream<(string Question, string Context), LogitsOutput, IReadOnlyList<Answer>>(
            questions,
            asked => Inputs.EncodeQuestion(asked, asked.Question, asked.Context, _windowLength, stride),
            (batch, output) => Compute(batch, output, options, cancellation),
            cancellation);
    }

    private IReadOnlyList<Answer>[] Compute(
        ModelBatch<(string Question, string Context)> batch,
        LogitsOutput output,
        QuestionAnsweringOptions options,
        CancellationToken cancellation)
    {
        _model.Forward(batch.Tokens, output, hiddenStates: false, cancellation);
        return batch.Select((i, input) =>
        {
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
            return (IReadOnlyList<Answer>)[.. best.Take(options.TopK)];
        });
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
