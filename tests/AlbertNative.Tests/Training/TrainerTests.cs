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
