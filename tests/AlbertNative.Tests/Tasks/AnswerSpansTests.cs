namespace AlbertNative.Tests.Tasks;

public sealed class AnswerSpansTests
{
    [Fact]
    public void The_best_spans_are_those_of_trying_all()
    {
        Random random = new(11);
        for (int round = 0; round < 200; round++)
        {
            int tokens = random.Next(1, 20);
            double[] start = [.. Enumerable.Range(0, tokens).Select(_ => random.NextDouble())];
            double[] end = [.. Enumerable.Range(0, tokens).Select(_ => random.NextDouble())];
            bool[] answerable = [.. Enumerable.Range(0, tokens).Select(_ => random.Next(3) > 0)];
            int count = random.Next(1, 8);
            int maxLength = random.Next(1, 25);

            IEnumerable<AnswerSpan> all =
                from first in Enumerable.Range(0, tokens)
                from last in Enumerable.Range(first, tokens - first)
                where last - first < maxLength
                select new AnswerSpan(first, last, start[first] * end[last]);
            AnswerSpan[] expected =
                [.. all.OrderByDescending(span => span.Score).Take(count).Where(span => answerable[span.First] && answerable[span.Last])];
            Assert.Equal(expected, AnswerSpans.Search(start, end, answerable, count, maxLength));
        }
    }

    [Fact]
    public void A_span_of_no_probability_is_none() =>
        Assert.Empty(AnswerSpans.Search([0, 1], [1, 0], [true, true], 5, maxLength: 1));

    [Fact]
    public void Only_candidates_share_the_probability()
    {
        double[] probabilities = AnswerSpans.Normalize([5f, 1f, 1f, 90f], [false, true, true, false]);
        Assert.Equal([0, 0.5, 0.5, 0], probabilities);
    }
}
