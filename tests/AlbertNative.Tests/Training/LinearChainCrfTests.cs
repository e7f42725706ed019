using AlbertNative.Evaluation;
using AlbertNative.Training;

namespace AlbertNative.Tests.Training;

/// <summary>The field against the sums and maxima over all sequences of labels, written out.</summary>
public sealed class LinearChainCrfTests
{
    public static TheoryData<int, int> Sizes => new() { { 1, 1 }, { 1, 4 }, { 2, 3 }, { 3, 2 }, { 4, 3 }, { 5, 4 }, { 6, 3 } };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void The_partition_is_the_sum_over_all_sequences(int tokens, int labels)
    {
        (LinearChainCrf field, double[] emissions) = Make(tokens, labels, 1);
        double sum = Sequences(tokens, labels).Sum(sequence => Math.Exp(Score(field, emissions, sequence)));
        Assert.Equal(Math.Log(sum), field.LogPartition(emissions), 1e-12);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Gradients_are_expected_counts_minus_counts(int tokens, int labels)
    {
        (LinearChainCrf field, double[] emissions) = Make(tokens, labels, 2);
        int[] gold = [.. Enumerable.Range(0, tokens).Select(token => (token * 2 + 1) % labels)];
        double[] gradients = new double[emissions.Length];
        double loss = field.AddGradients(emissions, gold, 0.5, gradients);

        double total = Sequences(tokens, labels).Sum(sequence => Math.Exp(Score(field, emissions, sequence)));
        double[] expected = new double[emissions.Length], start = new double[labels], end = new double[labels], between = new double[labels * labels];
        void Count(int[] sequence, double share)
        {
            for (int token = 0; token < tokens; token++)
            {
                expected[token * labels + sequence[token]] += share;
                if (token > 0)
                    between[sequence[token - 1] * labels + sequence[token]] += share;
            }
            start[sequence[0]] += share;
            end[sequence[^1]] += share;
        }
        foreach (int[] sequence in Sequences(tokens, labels))
            Count(sequence, 0.5 * Math.Exp(Score(field, emissions, sequence)) / total);
        Count(gold, -0.5);

        Assert.Equal(Math.Log(total) - Score(field, emissions, gold), loss, 1e-12);
        AssertClose(expected, gradients);
        AssertClose(start, field.Gradients.Start);
        AssertClose(end, field.Gradients.End);
        AssertClose(between, field.Gradients.Between);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Decoding_finds_the_best_of_all_sequences(int tokens, int labels)
    {
        for (int seed = 0; seed < 20; seed++)
        {
            (LinearChainCrf field, double[] emissions) = Make(tokens, labels, seed);
            int[] best = Sequences(tokens, labels).MaxBy(sequence => Score(field, emissions, sequence))!;
            Assert.Equal(best, field.Decode(emissions));
        }
    }

    [Fact]
    public void The_loss_falls_along_its_gradient_whatever_the_size_of_scores()
    {
        (LinearChainCrf field, double[] emissions) = Make(50, 9, 3);
        for (int i = 0; i < emissions.Length; i++)
            emissions[i] *= 400;
        int[] gold = [.. Enumerable.Range(0, 50).Select(token => token % 9)];
        double[] gradients = new double[emissions.Length];
        double before = field.AddGradients(emissions, gold, 1, gradients);
        for (int i = 0; i < emissions.Length; i++)
            emissions[i] -= 1e-3 * gradients[i];
        double after = field.LogPartition(emissions) - field.Score(emissions, gold);
        double slope = gradients.Sum(gradient => gradient * gradient);
        Assert.True(double.IsFinite(before));
        Assert.Equal(-1e-3 * slope, after - before, 1e-3 * slope * 1e-2);
    }

    [Fact]
    public void Ties_go_to_the_lower_label() =>
        Assert.Equal([0, 0, 0], Viterbi.Decode(new double[9], new(new double[3], new double[9], new double[3])));

    [Theory]
    [InlineData(TagScheme.Iob2, "B-A", "B-B", "I-A", "I-B", "O")]
    [InlineData(TagScheme.Iobes, "B-A", "E-A", "I-A", "O", "S-A", "S-B")]
    public void Constrained_sequences_follow_the_scheme_and_are_the_best_that_do(TagScheme scheme, params string[] labels)
    {
        TransitionScores allowed = TransitionScores.Of(labels, scheme);
        for (int seed = 0; seed < 20; seed++)
        {
            (_, double[] emissions) = Make(5, labels.Length, seed);
            int[] decoded = Viterbi.Decode(emissions, allowed);
            int[] best = Sequences(5, labels.Length).Where(sequence => Follows(sequence, labels, scheme))
                .MaxBy(sequence => sequence.Select((label, token) => emissions[token * labels.Length + label]).Sum())!;
            Assert.Equal(best, decoded);
        }
    }

    [Fact]
    public void Bad_calls_are_refused_by_name()
    {
        LinearChainCrf field = new(3);
        Assert.Throws<ArgumentException>("emissions", () => field.AddGradients(new double[5], [0, 1], 1, new double[5]));
        Assert.Throws<ArgumentException>("labels", () => field.Score(new double[3], [3]));
        Assert.Throws<ArgumentException>("emissionGradients", () => field.AddGradients(new double[3], [0], 1, new double[2]));
        Assert.Throws<ArgumentException>("emissions", () => field.Decode(new double[4]));
        Assert.Empty(field.Decode([]));
        Assert.Contains("'X-A'", Assert.Throws<ArgumentException>(() => TransitionScores.Of(["X-A"], TagScheme.Iob2)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>("scheme", () => TransitionScores.Of(["O"], TagScheme.Iob1));
        Assert.Contains("forbid every sequence", Assert.Throws<ArgumentException>(
            () => Viterbi.Decode([1], TransitionScores.Of(["I-A"], TagScheme.Iob2))).Message, StringComparison.Ordinal);
    }

    /// <summary>An entity that strict reading does not find leaves its tags outside: then the sequence does not follow.</summary>
    private static bool Follows(int[] sequence, string[] labels, TagScheme scheme)
    {
        string[] tags = [.. sequence.Select(label => labels[label])];
        return EntityTags.Find(tags, scheme).Sum(entity => entity.End - entity.Start) == tags.Count(tag => tag != "O");
    }

    private static (LinearChainCrf Field, double[] Emissions) Make(int tokens, int labels, int seed)
    {
        Random random = new(seed);
        double Next() => random.NextDouble() * 4 - 2;
        LinearChainCrf field = new(labels);
        foreach (double[] scores in (double[][])[field.Scores.Start, field.Scores.Between, field.Scores.End])
        {
            for (int i = 0; i < scores.Length; i++)
                scores[i] = Next();
        }
        return (field, [.. Enumerable.Range(0, tokens * labels).Select(_ => Next())]);
    }

    private static IEnumerable<int[]> Sequences(int tokens, int labels)
    {
        for (int code = 0; code < (int)Math.Pow(labels, tokens); code++)
        {
            int rest = code;
            int[] sequence = new int[tokens];
            for (int token = 0; token < tokens; token++, rest /= labels)
                sequence[token] = rest % labels;
            yield return sequence;
        }
    }

    private static double Score(LinearChainCrf field, double[] emissions, int[] sequence)
    {
        double score = field.Scores.Start[sequence[0]] + field.Scores.End[sequence[^1]];
        for (int token = 0; token < sequence.Length; token++)
        {
            score += emissions[token * field.Scores.Count + sequence[token]];
            score += token == 0 ? 0 : field.Scores.Between[sequence[token - 1] * field.Scores.Count + sequence[token]];
        }
        return score;
    }

    private static void AssertClose(double[] expected, double[] actual)
    {
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 1e-12);
    }
}
