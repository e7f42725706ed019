using AlbertNative.Evaluation;

namespace AlbertNative.Tests.Evaluation;

public sealed class AnswerScoresTests
{
    [Theory]
    [InlineData("The  Cat!", "cat")]
    [InlineData("an-a", "ana")]
    [InlineData("\u0130", "i\u0307")]
    [InlineData("\u0391\u03A3", "\u03B1\u03C2")]
    [InlineData("\uD83D", "\uD83D")]
    [InlineData("a\u0301 b", "\u0301 b")]
    [InlineData("", "")]
    public void Answers_are_normalised_as_Python_does_it(string text, string expected) =>
        Assert.Equal(expected, AnswerText.Normalize(text));

    [Fact]
    public void Persian_punctuation_goes_only_when_asked_for()
    {
        AnsweredQuestion question = new("1", ["«کتاب‌ها»"], "کتاب‌ها،");
        Assert.Equal(0, AnswerScores.OfSquad([question]).ExactMatch);
        Assert.Equal(100, AnswerScores.OfSquad([question], unicodePunctuation: true).ExactMatch);
    }

    [Fact]
    public void No_answer_is_right_where_there_is_none()
    {
        AnsweredQuestion[] questions =
        [
            new("1", ["red house"], "the red house", 0.1),
            new("2", [], "", 0.9),
            new("3", [], "blue", 0.6),
            new("4", ["green"], "", 0.8),
        ];
        Squad2Scores scores = Squad2Scores.Of(questions);
        Assert.Equal(new AnswerScores(50, 50, 4), scores.All);
        Assert.Equal(new AnswerScores(50, 50, 2), scores.Answerable);
        Assert.Equal(new AnswerScores(50, 50, 2), scores.Unanswerable);
        Assert.Equal(new BestThreshold(75, 0.1), scores.BestF1);
        Assert.Equal(75, Squad2Scores.Of(questions, noAnswerThreshold: 0.5).All.F1);
        Assert.Equal(new AnswerScores(50, 50, 2), AnswerScores.OfSquad(questions));
        Assert.Equal(default, Squad2Scores.Of([]).BestF1);
    }

    [Fact]
    public void Cross_entropy_of_equal_logits_is_that_of_chance()
    {
        PreTrainingScores scores = new();
        scores.MaskedTokens.Add((float[])[1, 1, 1, 1], 0);
        scores.MaskedTokens.Add((float[])[1, 1, 1, 1], 3);
        scores.MaskedTokens.Add((float[])[1, 1, 1, 1], -100);
        scores.SentenceOrder.Add((float[])[0, 1000], 1);
        Assert.Equal(Math.Log(4), scores.Loss, 1e-15);
        Assert.Equal(4, scores.MaskedTokens.Perplexity, 1e-12);
        Assert.Equal(0.5, scores.MaskedTokens.Accuracy);
        Assert.Equal(2, scores.MaskedTokens.Count);
        Assert.True(double.IsNaN(new CrossEntropyScores().Loss));
        Assert.Throws<ArgumentOutOfRangeException>("label", () => scores.SentenceOrder.Add((float[])[0, 1], 2));
    }

    [Fact]
    public void Correlations_of_known_lists()
    {
        Assert.Equal(1, Correlation.Pearson([1, 2, 3], [2, 4, 6]), 1e-15);
        Assert.Equal(-1, Correlation.Spearman([1, 2, 3], [9, 4, -6]), 1e-15);
        Assert.True(double.IsNaN(Correlation.Spearman([1, 2, 3], [5, 5, 5])));
        Assert.True(double.IsNaN(Correlation.Pearson([0.1, 0.1, 0.1], [1, 2, 3])));
        Assert.True(double.IsNaN(Correlation.Spearman([1, double.NaN, 2], [1, 2, 3])));
        Assert.Throws<ArgumentException>("truth", () => RegressionScores.Of([], []));
    }
}
