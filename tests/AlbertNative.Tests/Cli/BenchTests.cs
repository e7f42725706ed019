using AlbertNative.Cli;
using AlbertNative.Model;

namespace AlbertNative.Tests.Cli;

public sealed class BenchTests
{
    [Theory]
    [InlineData("1x8", 1, 8)]
    [InlineData("32x512", 32, 512)]
    public void Shapes_are_texts_by_tokens(string text, int texts, int length)
    {
        Assert.True(BenchShape.TryParse(text, out BenchShape shape));
        Assert.Equal(new BenchShape(texts, length, length), shape);
        Assert.Equal(text, shape.ToString());
        Assert.Equal(Enumerable.Repeat(length, texts), shape.Lengths());
    }

    [Theory]
    [InlineData("")]
    [InlineData("8")]
    [InlineData("0x8")]
    [InlineData("1x0")]
    [InlineData("1x-8")]
    [InlineData("1x8x2")]
    [InlineData("1 x 8")]
    [InlineData("1x99999999999")]
    public void Other_shapes_are_refused(string text) => Assert.False(BenchShape.TryParse(text, out _));

    [Theory]
    [InlineData("8..128", true)]
    [InlineData("8..8", true)]
    [InlineData("9..8", false)]
    [InlineData("0..8", false)]
    [InlineData("8-128", false)]
    [InlineData("8...128", false)]
    public void Lengths_go_from_the_shortest_to_the_longest(string text, bool valid) =>
        Assert.Equal(valid, BenchShape.TryParseLengths(text, out _));

    [Fact]
    public void Mixed_lengths_are_spread_evenly_and_always_the_same()
    {
        BenchShape shape = new(64, 8, 128);
        int[] lengths = shape.Lengths();
        Assert.Equal(lengths, shape.Lengths());
        Assert.NotEqual(lengths.Order(), lengths);
        Assert.Equal((8, 128), (lengths.Min(), lengths.Max()));
        Assert.InRange(lengths.Average(), 67, 68);
        Assert.Equal("64x8..128", shape.ToString());
        Assert.Equal([128], new BenchShape(1, 8, 128).Lengths());
    }

    [Fact]
    public void Token_ids_are_those_of_the_peers_script()
    {
        ModelConfig config = BenchModels.Configurations["base-v2"];
        TokenBatch batch = BenchTokens.Create(new(3, 40, 40), config);
        Assert.False(BenchTokens.AreCapped(config));
        Assert.Equal(3, batch.SequenceCount);
        for (int i = 0; i < 120; i++)
            Assert.Equal(5 + (i * 7919 % 29990), batch.InputIds[i]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(300)]
    public void Token_ids_stay_within_small_vocabularies(int vocabulary)
    {
        ModelConfig config = new() { VocabularySize = vocabulary };
        Assert.True(BenchTokens.AreCapped(config));
        Assert.All(BenchTokens.Create(new(2, 400, 400), config).InputIds.ToArray(), id => Assert.InRange(id, 0, vocabulary - 1));
    }

    [Theory]
    [InlineData(1, 8, 60)]
    [InlineData(1, 128, 46)]
    [InlineData(1, 512, 11)]
    [InlineData(8, 128, 7)]
    public void There_are_as_many_runs_as_in_the_peers_script(int texts, int length, int runs) =>
        Assert.Equal(runs, ForwardBenchmark.DefaultRuns(new(texts, length, length)));

    [Fact]
    public void Operations_are_counted_by_the_formula()
    {
        ModelConfig config = BenchModels.Configurations["base-v2"];
        TokenBatch batch = BenchTokens.Create(new(1, 128, 128), config);
        double layer = (4.0 * 768 * 768) + (2 * 768 * 3072) + (2 * 128 * 768), embeddings = 128 * 768;
        Assert.Equal(2 * 128 * (embeddings + (12 * layer)), ForwardFlops.Count(config, batch, BenchHead.All));

        double pruned = (128 * 2.0 * 768 * 768) + layer - (2.0 * 768 * 768);
        Assert.Equal(2 * ((128 * (embeddings + (11 * layer))) + pruned), ForwardFlops.Count(config, batch, BenchHead.Cls));
    }

    [Fact]
    public void Heads_ask_for_one_row_a_text()
    {
        TokenBatch batch = BenchTokens.Create(new(3, 10, 10), new ModelConfig());
        Assert.Empty(BenchHead.All.Rows(batch));
        Assert.Equal([0, 10, 20], BenchHead.Cls.Rows(batch));
        Assert.Equal([5, 15, 25], BenchHead.Mask.Rows(batch));
    }

    [Fact]
    public void Warm_ups_are_not_measured()
    {
        int calls = 0;
        Timings timings = Timings.Measure(4, () => Thread.Sleep(calls++ < 3 ? 50 : 1), TestContext.Current.CancellationToken);
        Assert.Equal((7, 4), (calls, timings.Runs));
        Assert.True(timings.MinMs <= timings.MedianMs);
        Assert.Throws<OperationCanceledException>(() => Timings.Measure(1, () => { }, new CancellationToken(canceled: true)));
    }
}
