using AlbertNative.Evaluation;
using AlbertNative.Model;
using AlbertNative.Tokenization;

namespace AlbertNative.Training;

/// <summary>
/// Extractive question answering: each question with as much of its context as fits, in windows that overlap; a window that
/// does not hold the answer points to its first token. Judged by SQuAD's scripts, of the second version where a question has
/// no answer.
/// </summary>
public sealed class AnsweringTask : TrainingTask
{
    private readonly Tokenizer _tokenizer;
    private readonly int _maxLength;
    private readonly int _stride;

    /// <summary>Prepares questions.</summary>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="train">What is learnt from.</param>
    /// <param name="dev">What each epoch is judged by, or null.</param>
    /// <param name="maxLength">The tokens of a window.</param>
    /// <param name="stride">The tokens that neighbouring windows share; half of the context's room where a question leaves no more room than that.</param>
    public AnsweringTask(Tokenizer tokenizer, DataSet<QuestionExample> train, DataSet<QuestionExample>? dev, int maxLength, int stride)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(train);
        _tokenizer = tokenizer;
        _maxLength = maxLength;
        _stride = stride;
        DataFiles = Describe(train, dev, "questions");
        Train = Prepare(train);
        if (dev is not null)
            Dev = Add(dev);
    }

    /// <inheritdoc/>
    public override ModelArchitecture Architecture => ModelArchitecture.QuestionAnswering;

    /// <summary>None: the scores are those of an answer's first and last token.</summary>
    public override IReadOnlyList<string> Labels => [];

    /// <inheritdoc/>
    public override PreparedExamples Train { get; }

    /// <inheritdoc/>
    public override PreparedExamples? Dev { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> DataFiles { get; }

    /// <inheritdoc/>
    public override string Fingerprint => FormattableString.Invariant($"answer {_maxLength} {_stride} {string.Join(';', DataFiles)}");

    /// <inheritdoc/>
    public override string MainMetric => "f1";

    /// <inheritdoc/>
    public override ModelConfig ConfigOf(ModelConfig config) => config;

    /// <summary>Prepares further questions to be judged.</summary>
    public PreparedExamples Add(DataSet<QuestionExample> questions)
    {
        ArgumentNullException.ThrowIfNull(questions);
        return Prepare(questions);
    }

    /// <inheritdoc/>
    public override TaskScores Evaluate(Trainer trainer, PreparedExamples examples)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        AnswerWindows windows = (AnswerWindows)examples;
        (double[] Start, double[] End)[] logits = new (double[], double[])[windows.Count];
        double loss = trainer.Evaluate(examples, (model, part) =>
        {
            for (int i = 0; i < part.Length; i++)
            {
                (int start, int length) = model.Batch.RowsOf(i);
                logits[part.Span[i]] = AnswerSelection.LogitsOf(model.Logits, start, length);
            }
        });
        bool mayBeUnanswerable = windows.Questions.Any(question => question.Answers.Count == 0);
        List<AnsweredQuestion> answered = [];
        Dictionary<string, string> answers = new(StringComparer.Ordinal);
        int next = 0;
        for (int i = 0; i < windows.Questions.Count; i++)
        {
            QuestionExample question = windows.Questions[i];
            IReadOnlyList<QuestionWindow> own = windows.WindowsOf(i);
            AnswerSelection selection = AnswerSelection.Of(question.Context, own, logits[next..(next + own.Count)]);
            next += own.Count;
            string answer = mayBeUnanswerable ? selection.AnswerOrNothing() : selection.Answer;
            answers[question.Id] = answer;
            answered.Add(new AnsweredQuestion(question.Id, [.. question.Answers.Select(gold => gold.Text)], answer));
        }
        AnswerScores scores = mayBeUnanswerable ? Squad2Scores.Of(answered).All : AnswerScores.OfSquad(answered);
        Dictionary<string, double> metrics = new(StringComparer.Ordinal)
        {
            ["loss"] = loss,
            ["exact_match"] = scores.ExactMatch,
            ["f1"] = scores.F1,
        };
        string report = FormattableString.Invariant($"exact {scores.ExactMatch:F2}  f1 {scores.F1:F2}  ({scores.Total} questions)");
        return new TaskScores(scores.F1, metrics, report) { Summary = AnswerEvaluation.Of(windows.Questions, answers) };
    }

    private AnswerWindows Prepare(DataSet<QuestionExample> questions)
    {
        List<IReadOnlyList<QuestionWindow>> windows = [];
        foreach (QuestionExample question in questions)
        {
            try
            {
                windows.Add(QuestionWindow.Cut(_tokenizer, question, _maxLength, _stride));
            }
            catch (ArgumentException e)
            {
                throw new DataFormatException(questions.Path, question.Line, "question", e.Message, e);
            }
        }
        return new AnswerWindows(questions, windows);
    }

    /// <summary>The windows of all questions, one after the other, each an example.</summary>
    private sealed class AnswerWindows : PreparedExamples
    {
        private readonly IReadOnlyList<IReadOnlyList<QuestionWindow>> _byQuestion;
        private readonly List<(QuestionWindow Window, int Start, int End, int Line)> _windows = [];

        public AnswerWindows(IReadOnlyList<QuestionExample> questions, IReadOnlyList<IReadOnlyList<QuestionWindow>> byQuestion)
        {
            Questions = questions;
            _byQuestion = byQuestion;
            for (int i = 0; i < questions.Count; i++)
            {
                TextSpan? answer = questions[i].Answers.Count > 0 ? questions[i].Answers[0].Span : null;
                foreach (QuestionWindow window in byQuestion[i])
                {
                    (int start, int end) = window.Locate(answer);
                    _windows.Add((window, start, end, questions[i].Line));
                }
            }
        }

        public IReadOnlyList<QuestionExample> Questions { get; }

        public override int Count => _windows.Count;

        public IReadOnlyList<QuestionWindow> WindowsOf(int question) => _byQuestion[question];

        public override int LineOf(int example) => _windows[example].Line;

        public override int TokensOf(int example) => _windows[example].Window.Input.Length;

        public override void AddTo(TokenBatch batch, int example) =>
            batch.Add(_windows[example].Window.Input.InputIds, _windows[example].Window.Input.TokenTypeIds);

        public override TrainingTargets TargetsOf(ReadOnlySpan<int> examples)
        {
            int[] numbers = examples.ToArray();
            return new AnswerTargets(
                [.. numbers.Select(i => _windows[i].Start)], [.. numbers.Select(i => _windows[i].End)], [.. numbers.Select(TokensOf)]);
        }
    }
}
