using AlbertNative.Tokenization;

namespace AlbertNative.Tests.Tasks;

/// <summary>The rules of joining one by one; the goldens hold them against Hugging Face's pipeline.</summary>
public sealed class EntityAggregationTests
{
    private static readonly string[] Labels = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"];

    [Fact]
    public void Neighbours_of_one_kind_join_until_one_begins_anew()
    {
        List<Entity> entities = Aggregate(
            AggregationStrategy.Simple,
            ("▁ann", 1, 0, 3), ("▁lee", 2, 4, 7), ("▁bo", 1, 8, 10), ("▁in", 0, 11, 13), ("▁rome", 4, 14, 18));
        Assert.Equal(["PER", "PER", "O", "LOC"], entities.Select(e => e.Label));
        Assert.Equal(["ann lee", "bo", "in", "rome"], entities.Select(e => e.Word));
        Assert.Equal(new TextSpan(0, 7), entities[0].Span);
        Assert.All(entities, e => Assert.Null(e.TokenIndex));
    }

    [Fact]
    public void Without_aggregation_tokens_stay_as_they_are()
    {
        List<Entity> entities = Aggregate(AggregationStrategy.None, ("▁ann", 1, 0, 3), ("e", 3, 3, 4));
        Assert.Equal(["▁ann", "e"], entities.Select(e => e.Word));
        Assert.Equal([1, 2], entities.Select(e => e.TokenIndex!.Value));
    }

    [Theory]
    [InlineData(AggregationStrategy.First, "PER")]
    [InlineData(AggregationStrategy.Max, "LOC")]
    [InlineData(AggregationStrategy.Average, "O")]
    public void The_strategy_decides_for_a_word_of_disagreeing_tokens(AggregationStrategy strategy, string label)
    {
        List<TokenPrediction> tokens =
        [
            new("▁mi", [0.4f, 0.5f, 0.1f, 0f, 0f], new(0, 2), 1, ContinuesWord: false),
            new("cro", [0.3f, 0f, 0f, 0.7f, 0f], new(2, 5), 2, ContinuesWord: true),
            new("soft", [0.6f, 0.4f, 0f, 0f, 0f], new(5, 9), 3, ContinuesWord: true),
        ];
        Entity entity = Assert.Single(EntityAggregation.Aggregate(tokens, Labels, strategy));
        Assert.Equal((label, "microsoft", new TextSpan(0, 9)), (entity.Label, entity.Word, entity.Span));
    }

    [Fact]
    public void Words_are_told_apart_by_spaces()
    {
        Assert.False(TokenPrediction.Continues("a bc", new(0, 1)));
        Assert.False(TokenPrediction.Continues("a bc", new(1, 3)));
        Assert.False(TokenPrediction.Continues("a bc", new(2, 3)));
        Assert.True(TokenPrediction.Continues("a bc", new(3, 4)));
        Assert.True(TokenPrediction.Continues("a\tb", new(2, 3)));
    }

    [Fact]
    public void Nothing_gives_nothing() => Assert.Empty(Aggregate(AggregationStrategy.First));

    private static List<Entity> Aggregate(AggregationStrategy strategy, params (string Word, int Label, int Start, int End)[] tokens)
    {
        List<TokenPrediction> predictions = [.. tokens.Select((token, i) =>
        {
            float[] scores = new float[Labels.Length];
            scores[token.Label] = 1;
            return new TokenPrediction(token.Word, scores, new(token.Start, token.End), i + 1, !token.Word.StartsWith('▁'));
        })];
        return EntityAggregation.Aggregate(predictions, Labels, strategy);
    }
}
