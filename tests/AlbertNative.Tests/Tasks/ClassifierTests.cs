using AlbertNative.Model;
using AlbertNative.Testing;

namespace AlbertNative.Tests.Tasks;

public sealed class ClassifierTests
{
    [Theory]
    [InlineData(null, 3, ScoreFunction.Softmax)]
    [InlineData(null, 1, ScoreFunction.Sigmoid)]
    [InlineData(ProblemType.SingleLabelClassification, 3, ScoreFunction.Softmax)]
    [InlineData(ProblemType.SingleLabelClassification, 1, ScoreFunction.Sigmoid)]
    [InlineData(ProblemType.MultiLabelClassification, 3, ScoreFunction.Sigmoid)]
    [InlineData(ProblemType.Regression, 1, ScoreFunction.None)]
    [InlineData(ProblemType.Regression, 3, ScoreFunction.None)]
    public void The_configuration_says_what_makes_scores(ProblemType? problem, int labels, ScoreFunction expected) =>
        Assert.Equal(expected, TextClassifier.DefaultFunction(Nano.Tiny(labels) with { ProblemType = problem }));

    [Fact]
    public void Labels_come_best_first_under_any_function()
    {
        ModelConfig config = Nano.Tiny() with { Labels = ["good", "bad", "dull"] };
        using PreTrainedModel opened = PreTrainedModel.Create(config, Nano.Weights(config, ModelArchitecture.SequenceClassification));
        TextModel model = new(opened, Nano.Tokenizer);
        TextClassifier classifier = new(model);

        IReadOnlyList<LabelScore> raw = classifier.Classify("the king", new() { Function = ScoreFunction.None });
        IReadOnlyList<LabelScore> softmax = classifier.Classify("the king");
        IReadOnlyList<LabelScore> sigmoid = classifier.Classify("the king", new() { Function = ScoreFunction.Sigmoid });
        Assert.Equal(raw.OrderByDescending(label => label.Score), raw);
        Assert.Equal(raw.Select(label => label.Label), softmax.Select(label => label.Label));
        Assert.Equal(1, softmax.Sum(label => (double)label.Score), 1e-6);
        Assert.All(sigmoid, (label, i) => Assert.Equal(1 / (1 + Math.Exp(-raw[i].Score)), label.Score, 1e-6));
        Assert.Equal(softmax[0], Assert.Single(classifier.Classify("the king", new() { TopK = 1 })));
        Assert.Throws<ArgumentOutOfRangeException>(() => classifier.Classify("x", new() { TopK = 0 }));
    }

    [Fact]
    public void Pairs_are_more_than_their_first_text()
    {
        ModelConfig config = Nano.Tiny();
        using PreTrainedModel opened = PreTrainedModel.Create(config, Nano.Weights(config, ModelArchitecture.SequenceClassification));
        TextModel model = new(opened, Nano.Tokenizer);
        TextClassifier classifier = new(model);
        Assert.NotEqual(classifier.Classify("the king"), classifier.ClassifyPair("the king", "of Judah"));
        Assert.Equal(
            [classifier.ClassifyPair("a", "b"), classifier.ClassifyPair("b", "a")],
            classifier.ClassifyPairs([("a", "b"), ("b", "a")]));
    }

    [Fact]
    public void The_windows_of_a_long_text_vote()
    {
        ModelConfig config = Nano.Tiny();
        using PreTrainedModel opened = PreTrainedModel.Create(config, Nano.Weights(config, ModelArchitecture.SequenceClassification));
        TextModel model = new(opened, Nano.Tokenizer);
        TextClassifier classifier = new(model, new() { Overlong = Overlong.Window(10) });
        IReadOnlyList<LabelScore> labels = classifier.Classify(Nano.Text(200));
        Assert.Equal(1, labels.Sum(label => (double)label.Score), 1e-6);
        Assert.Throws<OverlongTextException>(() => classifier.ClassifyPair(Nano.Text(200), "a"));
    }

    [Fact]
    public void Persian_words_have_parts_of_speech()
    {
        using TokenClassifier tagger = TokenClassifier.Load(ShippedModels.Tagger);
        string[] words = ["انسان", "از", "دیگران", "تقلید", "", "می‌کند"];
        IReadOnlyList<LabelScore?> labels = tagger.ClassifyWords(words);
        Assert.Equal(["NOUN", "ADP", "NOUN", "NOUN", null, "VERB"], labels.Select(label => label?.Label));

        IReadOnlyList<Entity> entities = tagger.Classify("انسان از دیگران تقلید می‌کند.", new() { Aggregation = AggregationStrategy.First });
        Assert.Equal("NOUN", entities[0].Label);
        Assert.All(tagger.Classify("انسان از", new() { IgnoredLabels = ["NOUN"] }), entity => Assert.NotEqual("NOUN", entity.Label));
    }

    [Fact]
    public void Tokens_of_a_long_text_are_labelled_once_each()
    {
        ModelConfig config = Nano.Tiny();
        using PreTrainedModel opened = PreTrainedModel.Create(config, Nano.Weights(config, ModelArchitecture.TokenClassification));
        TextModel model = new(opened, Nano.Tokenizer);
        TokenClassifier tagger = new(model, new() { Overlong = Overlong.Window() });
        string text = Nano.Text(300);
        IReadOnlyList<Entity> entities = tagger.Classify(text);
        Assert.Equal(Nano.Tokenizer.Encode(text).Count - 2, entities.Count);
        Assert.Equal(Enumerable.Range(1, entities.Count), entities.Select(entity => entity.TokenIndex!.Value));
    }
}
