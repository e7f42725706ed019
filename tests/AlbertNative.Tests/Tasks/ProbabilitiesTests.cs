namespace AlbertNative.Tests.Tasks;

public sealed class ProbabilitiesTests
{
    [Fact]
    public void Softmax_survives_large_scores()
    {
        float[] probabilities = Probabilities.Softmax([1e6f, 1e6f, -1e6f]);
        Assert.Equal([0.5f, 0.5f, 0f], probabilities);
    }

    [Fact]
    public void Softmax_is_the_formula()
    {
        float[] logits = [0.3f, -1.7f, 2.2f, 0f];
        double sum = logits.Sum(logit => Math.Exp(logit));
        Assert.All(Probabilities.Softmax(logits), (p, i) => Assert.Equal(Math.Exp(logits[i]) / sum, p, 1e-7));
    }

    [Fact]
    public void Sigmoid_is_the_formula()
    {
        Assert.Equal([0.5f, 1f, 0f], Probabilities.Sigmoid([0f, 200f, -200f]));
        Assert.Equal(1 / (1 + Math.Exp(-0.7)), Probabilities.Sigmoid([0.7f])[0], 1e-7);
    }

    [Fact]
    public void Of_equal_scores_the_first_is_the_best() => Assert.Equal(1, Probabilities.ArgMax([0f, 2f, 2f, 1f]));

    [Fact]
    public void TopK_is_a_stable_sort_cut_off()
    {
        Random random = new(7);
        for (int round = 0; round < 200; round++)
        {
            float[] scores = [.. Enumerable.Range(0, random.Next(0, 40)).Select(_ => (float)random.Next(0, 10))];
            int count = random.Next(1, 45);
            int[] expected = [.. Enumerable.Range(0, scores.Length).OrderByDescending(i => scores[i]).Take(count)];
            Assert.Equal(expected, Probabilities.TopK(scores, count));
        }
    }
}
