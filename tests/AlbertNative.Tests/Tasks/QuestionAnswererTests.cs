using AlbertNative.Model;

namespace AlbertNative.Tests.Tasks;

/// <summary>On synthetic weights: the answers make no sense, but where they stand and how they are ranked does.</summary>
public sealed class QuestionAnswererTests : IDisposable
{
    private readonly PreTrainedModel _model;
    private readonly QuestionAnswerer _answerer;

    public QuestionAnswererTests()
    {
        ModelConfig config = Nano.Tiny(labels: 2);
        _model = PreTrainedModel.Create(config, Nano.Weights(config, ModelArchitecture.QuestionAnswering));
        _answerer = new(new TextModel(_model, Nano.Tokenizer));
    }

    public void Dispose() => _model.Dispose();

    [Fact]
    public void Answers_are_parts_of_the_context_best_first_and_none_twice()
    {
        string context = Nano.Text(30);
        IReadOnlyList<Answer> answers = _answerer.Answer("who went up?", context, new() { TopK = 8, MaxAnswerLength = 4 });
        Assert.InRange(answers.Count, 2, 8);
        Assert.Equal(answers.OrderByDescending(answer => answer.Score), answers);
        Assert.Equal(answers.Count, answers.Select(answer => answer.Span).Distinct().Count());
        Assert.All(answers, answer => Assert.Equal(context[answer.Span.Start..answer.Span.End], answer.Text));
        Assert.All(answers, answer => Assert.Equal(answer.Text.Trim(), answer.Text));
    }

    [Fact]
    public void Answers_are_whole_words_unless_they_need_not_be()
    {
        string context = "unquestionableness immeasurableness incomprehensibleness";
        string[] words = context.Split(' ');
        QuestionAnsweringOptions whole = new() { TopK = 5, MaxAnswerLength = 1 };
        Assert.All(_answerer.Answer("what?", context, whole), answer => Assert.Contains(answer.Text, words));
        Assert.Contains(_answerer.Answer("what?", context, whole with { AlignToWords = false }), answer => !words.Contains(answer.Text));
    }

    [Fact]
    public void Long_contexts_are_read_in_windows()
    {
        string context = Nano.Text(400, seed: 9);
        Answer best = Assert.Single(_answerer.Answer("who?", context));
        IReadOnlyList<Answer> more = _answerer.Answer("who?", context, new() { TopK = 10, Stride = 5 });
        Assert.All(more, answer => Assert.Equal(context[answer.Span.Start..answer.Span.End], answer.Text));
        Assert.NotEmpty(best.Text);
    }

    [Fact]
    public void That_there_is_no_answer_is_one_where_it_may_be()
    {
        QuestionAnsweringOptions options = new() { TopK = 1000, AllowNoAnswer = true };
        Assert.Single(_answerer.Answer("who?", "the king", options), answer => answer.Text.Length == 0 && answer.Span == default);
        Assert.Equal("", Assert.Single(_answerer.Answer("who?", "", options)).Text);
        Assert.Empty(_answerer.Answer("who?", ""));
    }

    [Fact]
    public void A_question_that_fills_the_model_is_refused()
    {
        ArgumentException e = Assert.Throws<ArgumentException>(() => _answerer.Answer(Nano.Text(100), "the king"));
        Assert.Contains("no room for the context", e.Message);
    }
}
