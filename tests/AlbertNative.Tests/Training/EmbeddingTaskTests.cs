using AlbertNative.Model;
using AlbertNative.Testing;
using AlbertNative.Tests.Checkpoints;
using AlbertNative.Tests.Model;
using AlbertNative.Training;

namespace AlbertNative.Tests.Training;

/// <summary>Sentence embeddings: losses and gradients against differences in double precision, and a model that is trained, written and opened.</summary>
public sealed class EmbeddingTaskTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void The_ranking_loss_is_a_softmax_over_cosines(int texts)
    {
        double[][] vectors = Vectors(4 * texts);
        (double loss, UnitVectors units) = RankingTargets.Solve(vectors, texts, 20);
        Assert.Equal(Ranking(vectors, texts), loss, 1e-12);
        AssertGradients(vectors, units, moved => Ranking(moved, texts));
    }

    [Fact]
    public void A_vector_of_zeros_has_no_direction_and_no_harm_comes_of_it()
    {
        double[][] vectors = Vectors(4);
        Array.Clear(vectors[1]);
        (double loss, UnitVectors units) = RankingTargets.Solve(vectors, 2, 20);
        Assert.True(double.IsFinite(loss));
        Assert.All(units.Gradient(0), value => Assert.True(double.IsFinite(value)));
    }

    [Theory]
    [InlineData(Pooling.Mean)]
    [InlineData(Pooling.Cls)]
    [InlineData(Pooling.Max)]
    public void The_gradient_of_the_hidden_states_goes_through_pooling_and_scaling(Pooling pooling)
    {
        using TrainableModel model = TrainableModel.Create(TinyModel.Config, ModelArchitecture.Model, TinyModel.Weights(ModelArchitecture.Model));
        TokenBatch batch = new();
        foreach (int[] ids in (int[][])[[4, 5, 6, 7], [8, 9], [10, 11, 12], [13, 14, 15, 16, 17]])
            batch.Add(ids);
        double[] labels = [0.25, -0.5];
        model.Forward(batch);
        double[][] states = [.. Enumerable.Range(0, batch.TokenCount).Select(row => Array.ConvertAll(model.Logits[row].ToArray(), x => (double)x))];
        CosineTargets targets = new(new VectorPooling(pooling), labels);
        double loss = targets.Apply(model, targets.Weight).Total;
        Assert.Equal(Loss(states), loss, 1e-6);
        Assert.All(Enumerable.Range(0, 4), sequence => Assert.False(model.PairLogits[sequence].ContainsAnyExcept(0f)));
        const double Step = 1e-6;
        for (int row = 0; row < states.Length; row++)
        {
            for (int i = 0; i < states[row].Length; i += 5)
            {
                double Moved(double by)
                {
                    double[][] moved = [.. states.Select(values => values.ToArray())];
                    moved[row][i] += by;
                    return Loss(moved);
                }
                Assert.Equal((Moved(Step) - Moved(-Step)) / (2 * Step), model.Logits[row][i], 1e-6);
            }
        }

        double Loss(double[][] rows)
        {
            double[][] vectors = [.. Enumerable.Range(0, 4).Select(sequence =>
            {
                (int start, int length) = batch.RowsOf(sequence);
                double[][] own = rows[start..(start + length)];
                return Enumerable.Range(0, own[0].Length).Select(i => pooling switch
                {
                    Pooling.Mean => own.Average(row => row[i]),
                    Pooling.Max => own.Max(row => row[i]),
                    _ => own[0][i],
                }).ToArray();
            })];
            return labels.Select((label, pair) => Math.Pow(Cosine(vectors[2 * pair], vectors[(2 * pair) + 1]) - label, 2)).Average();
        }
    }

    [Fact]
    public void Micro_batches_and_their_second_pass_change_nothing_but_rounding()
    {
        ModelConfig config = TinyModel.Config with { HiddenDropout = 0.1, AttentionDropout = 0.1 };
        float[] Gradients(int tokens, out double loss)
        {
            using TrainableModel model = TrainableModel.Create(
                config, ModelArchitecture.Model, TinyModel.Weights(ModelArchitecture.Model, config), new TrainableModelOptions { ThreadCount = 2 });
            Trainer trainer = new(model, new RankedExamples(8), new TrainingOptions { BatchSize = 8, MaxSteps = 1, TokensPerMicroBatch = tokens });
            loss = trainer.Step().Loss;
            return model.Gradients.Values.ToArray();
        }
        float[] whole = Gradients(4096, out double loss), parted = Gradients(20, out double partedLoss);
        Assert.Equal(loss, partedLoss, 1e-6);
        double distance = Math.Sqrt(whole.Zip(parted, (a, b) => (double)(a - b) * (a - b)).Sum() / whole.Sum(a => (double)a * a));
        Assert.InRange(distance, 0, 1e-5);
    }

    [Fact]
    public void Pairs_that_belong_together_become_neighbours()
    {
        string lines = string.Concat(Enumerable.Repeat("the king,israel\nlight,darkness\nbread,water\nthe sea,a ship\n", 8));
        DataSet<TextPair> train = DataFiles.ReadPairs(_folder.Write("train.csv", "anchor,positive\n" + lines));
        DataSet<TextPair> dev = DataFiles.ReadPairs(_folder.Write("dev.csv", "sentence1,sentence2,score\nthe king,israel,5\nthe king,a ship,0.5\nbread,darkness,1\nbread,water,4.5\n"));
        using ModelFiles files = ModelFiles.Open(ShippedModels.Nano);
        EmbeddingTask task = new(files.LoadTokenizer(), train, dev, 32);
        Assert.Equal("spearman", task.MainMetric);
        string output = Path.Combine(_folder.Path, "out");
        using FineTuning run = new(files, task, new TrainingOptions { LearningRate = 1e-3, BatchSize = 4, Epochs = 4, WarmupSteps = 0, ThreadCount = 2, EvaluationSteps = 16 });
        float[] pooler = run.Model.Layout.TryGet("albert.pooler.weight", out TrainableParameter? parameter)
            ? run.Model.Values.Values.Slice(parameter.Offset, parameter.Length).ToArray() : [];
        TaskScores scores = run.Run(output).Evaluations[^1].Scores;
        Assert.InRange(scores.Metrics["spearman"], 0.75, 1);
        if (parameter is not null)
            Assert.True(run.Model.Values.Values.Slice(parameter.Offset, parameter.Length).SequenceEqual(pooler));
        using TextEmbedder embedder = TextEmbedder.Load(output);
        double own = embedder.Similarity(embedder.Embed("the king"), embedder.Embed("israel"));
        Assert.True(own > embedder.Similarity(embedder.Embed("the king"), embedder.Embed("a ship")));
        using TextModel model = TextModel.Open(output);
        Assert.NotNull(model.Modules);
        Assert.Equal(32, model.Modules!.MaxSequenceLength);
    }

    [Fact]
    public void Pairs_without_scores_are_judged_by_ranks()
    {
        DataSet<TextPair> pairs = DataFiles.ReadPairs(_folder.Write("p.jsonl", """
            {"query": "the king", "positive": "the king", "negative": ["a ship", "bread"]}
            {"query": "light", "positive": "light", "negative": ["water", "bread"]}
            """));
        Assert.Equal(["a ship", "bread"], pairs[0].Negatives);
        using ModelFiles files = ModelFiles.Open(ShippedModels.Nano);
        EmbeddingTask task = new(files.LoadTokenizer(), pairs, pairs, 32);
        using FineTuning run = new(files, task, new TrainingOptions { ThreadCount = 1 });
        Assert.Equal(1, run.Evaluate(task.Dev!).Metrics["accuracy_at_1"]);
    }

    [Theory]
    [InlineData("sentence1,sentence2,score\na,b,1\nc,d,\n", EmbeddingLoss.Cosine, "(3,score): '' is no number")]
    [InlineData("sentence1,sentence2,score\na,b,1\nc,d,2\n", EmbeddingLoss.Cosine, "(3,score): the score 2 is larger than 1")]
    [InlineData("sentence1,sentence2\na,b\n", EmbeddingLoss.Cosine, "(2): the pair has no score")]
    [InlineData("sentence1,sentence2\na,\n", EmbeddingLoss.Ranking, "(2,sentence2): the text is empty")]
    public void What_a_loss_needs_is_named_with_its_line(string data, EmbeddingLoss loss, string message)
    {
        using ModelFiles files = ModelFiles.Open(ShippedModels.Nano);
        string path = _folder.Write("p.csv", data);
        DataFormatException refusal = Assert.Throws<DataFormatException>(
            () => new EmbeddingTask(files.LoadTokenizer(), DataFiles.ReadPairs(path), null, 32, new() { Loss = loss }));
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
        Assert.Throws<NotSupportedException>(() => new VectorPooling(Pooling.LastToken));
    }

    private static double[][] Vectors(int count)
    {
        Random random = new(count);
        return [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, 6).Select(_ => random.NextDouble() - 0.5).ToArray())];
    }

    private static double Ranking(double[][] vectors, int texts)
    {
        int examples = vectors.Length / texts;
        return Enumerable.Range(0, examples).Average(i =>
        {
            double Score(int other, int text) => 20 * Cosine(vectors[i * texts], vectors[(other * texts) + text]);
            double all = Enumerable.Range(0, examples).Sum(other => Enumerable.Range(1, texts - 1).Sum(text => Math.Exp(Score(other, text))));
            return Math.Log(all) - Score(i, 1);
        });
    }

    private static void AssertGradients(double[][] vectors, UnitVectors units, Func<double[][], double> loss)
    {
        const double Step = 1e-6;
        for (int vector = 0; vector < vectors.Length; vector++)
        {
            double[] gradient = units.Gradient(vector);
            for (int i = 0; i < gradient.Length; i++)
            {
                double Moved(double by)
                {
                    double[][] moved = [.. vectors.Select(values => values.ToArray())];
                    moved[vector][i] += by;
                    return loss(moved);
                }
                Assert.Equal((Moved(Step) - Moved(-Step)) / (2 * Step), gradient[i], 1e-6);
            }
        }
    }

    private static double Cosine(double[] a, double[] b) =>
        a.Zip(b, (x, y) => x * y).Sum() / Math.Sqrt(a.Sum(x => x * x) * b.Sum(x => x * x));

    /// <summary>Pairs of random sequences under the ranking loss.</summary>
    private sealed class RankedExamples(int count) : PreparedExamples
    {
        public override int Count => count;

        public override int TokensOf(int example) => 6 + (example % 3);

        public override void AddTo(TokenBatch batch, int example)
        {
            batch.Add([.. Enumerable.Range(4 + example, 3)]);
            batch.Add([.. Enumerable.Range(20 + (2 * example), 3 + (example % 3))]);
        }

        public override TrainingTargets TargetsOf(ReadOnlySpan<int> examples) => new NoTargets();

        internal override bool JoinsExamples => true;

        internal override JointTargets JointTargetsOf(ReadOnlySpan<int> examples) => new RankingTargets(new VectorPooling(Pooling.Mean), 2, 20);
    }
}
