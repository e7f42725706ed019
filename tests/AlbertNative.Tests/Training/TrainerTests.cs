using AlbertNative.Model;
using AlbertNative.Training;

namespace AlbertNative.Tests.Training;

/// <summary>The training loop on a small model with random weights.</summary>
public sealed class TrainerTests
{
    private static readonly ModelConfig Small = new()
    {
        VocabularySize = 50,
        EmbeddingSize = 16,
        HiddenSize = 32,
        HeadCount = 4,
        IntermediateSize = 48,
        LayerCount = 2,
        MaxPositionCount = 24,
        Labels = ["a", "b", "c"],
        HiddenDropout = 0.1,
        AttentionDropout = 0.1,
        ClassifierDropout = 0.1,
    };

    [Fact]
    public void Neither_threads_nor_micro_batches_nor_checkpointing_decide_what_is_dropped_or_learnt()
    {
        float[] first = Trained(1, 4096, checkpointing: false);
        Assert.Equal(first, Trained(2, 4096, checkpointing: true));
        Assert.Equal(first, Trained(7, 4096, checkpointing: false));
        float[] cut = Trained(3, 20, checkpointing: false);
        Assert.NotEqual(first, cut);
        double distance = Math.Sqrt(first.Zip(cut, (a, b) => (double)(a - b) * (a - b)).Sum() / first.Sum(a => (double)a * a));
        Assert.InRange(distance, 0, 1e-3);
    }

    [Theory]
    [InlineData(ModelArchitecture.SequenceClassification)]
    [InlineData(ModelArchitecture.TokenClassification)]
    public void A_small_model_learns_its_examples_by_heart(ModelArchitecture architecture)
    {
        ModelConfig config = Small with { HiddenDropout = 0, AttentionDropout = 0, ClassifierDropout = 0 };
        using TrainableModel model = TrainableModel.Create(config, architecture, null, new TrainableModelOptions { ThreadCount = 2 });
        Trainer trainer = new(model, new Examples(16, architecture), new TrainingOptions
        {
            LearningRate = 5e-3,
            BatchSize = 16,
            MaxSteps = 150,
            WarmupSteps = 10,
            WeightDecay = 0,
        });
        double loss = double.NaN;
        while (trainer.Done < trainer.Updates)
            loss = trainer.Step().Loss;
        Assert.InRange(loss, 0, 0.05);
    }

    [Fact]
    public void A_cancelled_update_leaves_the_parameters_as_they_were()
    {
        using TrainableModel model = TrainableModel.Create(Small, ModelArchitecture.SequenceClassification, null);
        Trainer trainer = new(model, new Examples(8, ModelArchitecture.SequenceClassification), new TrainingOptions { MaxSteps = 3, BatchSize = 4 });
        trainer.Step();
        float[] before = model.Values.Values.ToArray();
        using CancellationTokenSource cancelled = new();
        cancelled.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => trainer.Step(cancelled.Token));
        Assert.Equal(before, model.Values.Values.ToArray());
        Assert.Equal(1, trainer.Done);
    }

    [Fact]
    public void Trained_weights_give_the_inference_model_the_same_scores()
    {
        using TrainableModel model = TrainableModel.Create(Small, ModelArchitecture.TokenClassification, null);
        Examples examples = new(5, ModelArchitecture.TokenClassification);
        Trainer trainer = new(model, examples, new TrainingOptions { MaxSteps = 2, BatchSize = 5, WarmupSteps = 0, LearningRate = 1e-3 });
        trainer.Step();
        TokenBatch batch = new();
        for (int example = 0; example < examples.Count; example++)
            examples.AddTo(batch, example);
        model.Forward(batch);
        using PreTrainedModel inference = PreTrainedModel.Create(model.Config, model.ToWeightSource());
        TokenClassificationHead head = new(inference);
        LogitsOutput output = head.Forward(batch);
        for (int row = 0; row < batch.TokenCount; row++)
            Assert.Equal(output.Logits[row].ToArray(), model.Logits[row].ToArray());
    }

    [Theory]
    [InlineData(ModelPart.Embeddings)]
    [InlineData(ModelPart.Encoder)]
    public void What_is_frozen_keeps_its_bits_and_the_rest_its_gradients(ModelPart frozen)
    {
        (float[] Before, float[] After, float[] Gradients) Run(ModelPart? freeze)
        {
            using TrainableModel model = TrainableModel.Create(
                Small, ModelArchitecture.SequenceClassification, null, new TrainableModelOptions { ThreadCount = 2, Frozen = freeze });
            float[] before = model.Values.Values.ToArray();
            Trainer trainer = new(model, new Examples(6, ModelArchitecture.SequenceClassification), new TrainingOptions
            {
                MaxSteps = 1,
                BatchSize = 6,
                WarmupSteps = 0,
                LearningRate = 1e-3,
                Freeze = freeze,
            });
            trainer.Step();
            return (before, model.Values.Values.ToArray(), model.Gradients.Values.ToArray());
        }
        (float[] before, float[] after, float[] gradients) = Run(frozen);
        float[] all = Run(null).Gradients;
        using TrainableModel layout = TrainableModel.Create(Small, ModelArchitecture.SequenceClassification, null);
        foreach (TrainableParameter parameter in layout.Layout.Parameters)
        {
            Range own = parameter.Offset..(parameter.Offset + parameter.Length);
            if (parameter.Part <= frozen)
                Assert.Equal(before[own], after[own]);
            else
                Assert.Equal(all[own], gradients[own]);
        }
        Assert.NotEqual(before, after);
    }

    [Fact]
    public void The_last_batch_may_be_left_out_and_the_order_have_a_seed_of_its_own()
    {
        using TrainableModel model = TrainableModel.Create(Small, ModelArchitecture.SequenceClassification, null);
        Examples examples = new(10, ModelArchitecture.SequenceClassification);
        int Updates(bool dropLast) => new Trainer(model, examples, new TrainingOptions { BatchSize = 4, DropLast = dropLast, Epochs = 2 }).Updates;
        Assert.Equal((6, 4), (Updates(false), Updates(true)));
        Assert.Throws<ArgumentException>(() => new Trainer(model, examples, new TrainingOptions { BatchSize = 11, DropLast = true }));
        double Loss(long seed, long? dataSeed)
        {
            using TrainableModel other = TrainableModel.Create(Small with { HiddenDropout = 0, AttentionDropout = 0, ClassifierDropout = 0 }, ModelArchitecture.SequenceClassification, null);
            return new Trainer(other, examples, new TrainingOptions { BatchSize = 4, Seed = seed, DataSeed = dataSeed }).Step().Loss;
        }
        Assert.Equal(Loss(1, null), Loss(7, 1));
        Assert.NotEqual(Loss(1, null), Loss(7, null));
    }

    [Fact]
    public void Options_that_cannot_be_are_refused_by_name()
    {
        TrainingOptions options = new() { LearningRate = -1, BatchSize = 0, AdamBeta2 = 1, LabelSmoothing = double.NaN };
        string message = Assert.Throws<ArgumentException>(options.Validate).Message;
        foreach (string name in new[] { "learning_rate", "batch", "adam_beta2", "label_smoothing_factor" })
            Assert.Contains(name, message);
    }

    private static float[] Trained(int threads, int tokens, bool checkpointing)
    {
        using TrainableModel model = TrainableModel.Create(
            Small, ModelArchitecture.SequenceClassification, null, new TrainableModelOptions { ThreadCount = threads, Checkpointing = checkpointing });
        Trainer trainer = new(model, new Examples(13, ModelArchitecture.SequenceClassification), new TrainingOptions
        {
            MaxSteps = 6,
            BatchSize = 6,
            LearningRate = 1e-3,
            WarmupSteps = 1,
            TokensPerMicroBatch = tokens,
        });
        while (trainer.Done < trainer.Updates)
            trainer.Step();
        return model.Values.Values.ToArray();
    }

    private sealed class Examples(int count, ModelArchitecture architecture) : PreparedExamples
    {
        private readonly int[][] _ids = [.. Enumerable.Range(0, count).Select(i => new Random(i).GetItems([.. Enumerable.Range(1, 49)], 4 + (i % 7)))];

        public override int Count => count;

        public override int TokensOf(int example) => _ids[example].Length;

        public override void AddTo(TokenBatch batch, int example) => batch.Add(_ids[example]);

        public override TrainingTargets TargetsOf(ReadOnlySpan<int> examples)
        {
            List<int> labels = [];
            foreach (int example in examples)
            {
                if (architecture == ModelArchitecture.SequenceClassification)
                    labels.Add(example % 3);
                else
                    labels.AddRange(_ids[example].Select(id => id % 3));
            }
            return new ClassTargets([.. labels]);
        }
    }
}
