using System.Text.Json;
using AlbertNative.Checkpoints;
using AlbertNative.Cli;
using AlbertNative.Model;
using AlbertNative.Testing;
using AlbertNative.Training;

namespace AlbertNative.ParityTests.Training;

/// <summary>
/// The loss and the gradients' norm of updates of one, two and three groups, the last one of an epoch incomplete: the mean over
/// all labelled items, in whatever parts it is computed, and what transformers makes of the groups' means.
/// </summary>
public sealed class AccumulationGoldenTests
{
    private static readonly Dictionary<string, (ModelArchitecture Architecture, int Labels)> Classes = new()
    {
        ["sequence"] = (ModelArchitecture.SequenceClassification, 3),
        ["token"] = (ModelArchitecture.TokenClassification, 5),
        ["masked-lm"] = (ModelArchitecture.MaskedLM, 2),
        ["answer"] = (ModelArchitecture.QuestionAnswering, 2),
    };

    [Fact]
    public void Updates_have_the_losses_and_norms_of_each_rule()
    {
        string folder = SharedFolder.Require("goldens", "training", "accumulation");
        using Checkpoint tensors = Checkpoint.Open(Path.Combine(folder, "tensors.safetensors"));
        ModelConfig config = ModelConfig.Parse(File.ReadAllBytes(Path.Combine(folder, "config.json")), folder);
        int compared = 0;
        foreach (var run in GoldenLines.Read(Path.Combine(folder, "updates.jsonl.gz"))
            .GroupBy(line => (Task: line.GetProperty("task").GetString()!, Smoothing: line.GetProperty("smoothing").GetDouble(), K: line.GetProperty("k").GetInt32())))
        {
            (ModelArchitecture architecture, int labels) = Classes[run.Key.Task];
            Compare(AccumulationRule.Items, 4096, update => update);
            Compare(AccumulationRule.Items, 9, update => update);
            Compare(AccumulationRule.MeanOfMeans, 4096, update => update.GetProperty("mean_of_means"));
            // With smoothing, and for answers, transformers 5.24 does not take the sum.
            if (run.Key.Smoothing == 0 && architecture != ModelArchitecture.QuestionAnswering)
                Compare(AccumulationRule.SumOfMeans, 4096, update => update.GetProperty("trainer"));

            void Compare(AccumulationRule rule, int tokens, Func<JsonElement, JsonElement> golden)
            {
                ModelConfig own = config with { Labels = ModelConfig.NumberedLabels(labels) };
                using TrainableModel model = TrainableModel.Create(own, architecture, new SyntheticCheckpoint(own, architecture));
                Trainer trainer = new(model, new Examples(tensors, run.Key.Task, run.Key.Smoothing), new TrainingOptions
                {
                    LearningRate = 0,
                    Epochs = 1,
                    BatchSize = 2 * run.Key.K,
                    GradientAccumulationSteps = run.Key.K,
                    Accumulation = rule,
                    TokensPerMicroBatch = tokens,
                    MaxGradientNorm = 0,
                    Seed = Examples.Seed,
                });
                Assert.Equal(run.Count(), trainer.Updates);
                foreach (JsonElement update in run)
                {
                    TrainingStep step = trainer.Step();
                    double loss = golden(update).GetProperty("loss").GetDouble(), norm = golden(update).GetProperty("norm").GetDouble();
                    string where = $"{run.Key}, update {step.Number}, {rule}";
                    Assert.True(Math.Abs(step.Loss - loss) <= 2e-6 * loss, $"{where}: loss {step.Loss:R} instead of {loss:R}");
                    Assert.True(Math.Abs(step.GradientNorm - norm) <= 5e-6 * norm, $"{where}: norm {step.GradientNorm:R} instead of {norm:R}");
                    compared++;
                }
            }
        }
        Assert.InRange(compared, 100, int.MaxValue);
    }

    /// <summary>The goldens' ten examples, so placed that the trainer's order is theirs.</summary>
    private sealed class Examples(Checkpoint tensors, string task, double smoothing) : PreparedExamples
    {
        public const int Seed = 42;

        private readonly int[] _goldenOf = Golden();

        public override int Count => _goldenOf.Length;

        public override int TokensOf(int example) => Integers(example, "input_ids").Length;

        public override void AddTo(TokenBatch batch, int example) => batch.Add(Integers(example, "input_ids"), Integers(example, "token_type_ids"));

        public override int[] RowsOf(ReadOnlySpan<int> examples)
        {
            if (task != "masked-lm")
                return [];
            int[] labels = [.. examples.ToArray().SelectMany(example => Integers(example, "labels"))];
            return [.. Enumerable.Range(0, labels.Length).Where(row => labels[row] >= 0)];
        }

        public override TrainingTargets TargetsOf(ReadOnlySpan<int> examples)
        {
            int[] numbers = examples.ToArray();
            if (task == "answer")
            {
                return new AnswerTargets(
                    [.. numbers.SelectMany(example => Integers(example, "start_positions"))],
                    [.. numbers.SelectMany(example => Integers(example, "end_positions"))], [.. numbers.Select(TokensOf)]);
            }
            IEnumerable<int> labels = numbers.SelectMany(example => Integers(example, "labels"));
            return new ClassTargets([.. task == "masked-lm" ? labels.Where(label => label >= 0) : labels], null, smoothing);
        }

        private int[] Integers(int example, string name)
        {
            Assert.True(tensors.TryGet($"{task}.{_goldenOf[example]}.{name}", out CheckpointTensor? tensor));
            return [.. CheckpointComparison.Integers(tensor).Select(value => (int)value)];
        }

        private static int[] Golden()
        {
            int[] golden = new int[10];
            foreach ((int place, int example) in ExampleOrder.OfEpoch(golden.Length, Seed, 0).Index())
                golden[example] = place;
            return golden;
        }
    }
}
