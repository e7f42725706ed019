using System.Text.Json;
using AlbertNative.Checkpoints;
using AlbertNative.Model;
using AlbertNative.Testing;
using AlbertNative.Training;

namespace AlbertNative.ParityTests.Training;

/// <summary>200 updates of albert-nano beside those of transformers' Trainer: order, loss, gradient norm and learning rate of each.</summary>
public sealed class TrajectoryTests
{
    public static IEnumerable<TheoryDataRow<string>> Tasks =>
        SharedFolder.Files("goldens/training/trajectories", "*.examples.jsonl.gz")
            .Select(path => new TheoryDataRow<string>(Path.GetFileName(path).Split('.')[0]));

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Tasks))]
    public void Losses_stay_as_close_to_float64_as_the_Trainers(string task)
    {
        string folder = SharedFolder.Require("goldens", "training", "trajectories");
        JsonElement golden = GoldenLines.Read(Path.Combine(folder, task + ".json.gz")).Single();
        IEnumerable<JsonElement> lines = GoldenLines.Read(Path.Combine(folder, task + ".examples.jsonl.gz"));
        JsonElement settings = golden.GetProperty("settings");
        using TrainableModel model = CreateModel(golden, folder, task);
        TrajectoryExamples examples = new(model.Architecture, lines.Take(settings.GetProperty("train_examples").GetInt32()));
        Trainer trainer = new(model, examples, new TrainingOptions
        {
            LearningRate = settings.GetProperty("learning_rate").GetDouble(),
            BatchSize = settings.GetProperty("batch").GetInt32(),
            MaxSteps = settings.GetProperty("steps").GetInt32(),
            WarmupSteps = settings.GetProperty("warmup_steps").GetInt32(),
            WeightDecay = settings.GetProperty("weight_decay").GetDouble(),
            MaxGradientNorm = settings.GetProperty("max_grad_norm").GetDouble(),
            Seed = settings.GetProperty("seed").GetInt64(),
            ThreadCount = 2,
        });
        double gap = 0, theirs = 0, normGap = 0;
        foreach (JsonElement step in golden.GetProperty("steps").EnumerateArray())
        {
            TrainingStep ours = trainer.Step();
            double loss64 = step.GetProperty("loss64").GetDouble(), norm64 = step.GetProperty("norm64").GetDouble();
            Assert.Equal(step.GetProperty("lr").GetDouble(), ours.LearningRate, 1e-18);
            gap = Math.Max(gap, Math.Abs(ours.Loss - loss64));
            theirs = Math.Max(theirs, Math.Abs(step.GetProperty("loss32").GetDouble() - loss64));
            normGap = Math.Max(normGap, Math.Abs(ours.GradientNorm - norm64) / norm64);
        }
        RequireEvaluation(golden, model, new TrajectoryExamples(model.Architecture, lines.Skip(examples.Count)));
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{task}: largest gap of the loss {gap:E2}, the Trainer's {theirs:E2}; of the norm {normGap:E2} of it");
        Assert.True(gap <= Math.Max(2 * theirs, 1e-6), $"{task}: {gap:E2}, the Trainer's float32 {theirs:E2}");
    }

    /// <summary>The trained model's loss on the development set: over all labelled items, and the Trainer's mean of batches' means.</summary>
    private static void RequireEvaluation(JsonElement golden, TrainableModel model, TrajectoryExamples dev)
    {
        JsonElement expected = golden.GetProperty("evaluation").GetProperty("loop64");
        foreach ((EvaluationLoss kind, string name) in ((EvaluationLoss, string)[])[(EvaluationLoss.Items, "loss_over_items"), (EvaluationLoss.BatchMeans, "loss_huggingface")])
        {
            if (!expected.TryGetProperty(name, out JsonElement loss))
                continue;
            Trainer trainer = new(model, dev, new TrainingOptions { EvaluationLoss = kind, EvaluationBatchSize = golden.GetProperty("settings").GetProperty("batch").GetInt32() });
            Assert.Equal(loss.GetDouble(), trainer.Evaluate(dev, (_, _) => { }), 2e-5);
        }
    }

    private static TrainableModel CreateModel(JsonElement golden, string folder, string task)
    {
        string nano = SharedFolder.Require("models", "albert-nano");
        ModelConfig config = ModelConfig.Load(nano) with { ClassifierDropout = 0, HiddenDropout = 0, AttentionDropout = 0 };
        if (golden.TryGetProperty("labels", out JsonElement labels) && labels.ValueKind == JsonValueKind.Array && labels.GetArrayLength() > 0)
            config = config with { Labels = [.. labels.EnumerateArray().Select(label => label.ToString())] };
        Assert.True(Family.Of(config.Family).TryParseClass(golden.GetProperty("cls").GetString()!, out ModelArchitecture architecture));
        using Checkpoint checkpoint = Checkpoint.Open(nano);
        TrainableModel model = TrainableModel.Create(
            config, architecture, WeightSource.From(checkpoint), new TrainableModelOptions { ThreadCount = 2 });
        string head = Path.Combine(folder, task + ".head.safetensors");
        if (File.Exists(head))
        {
            using Checkpoint tensors = Checkpoint.Open(head);
            foreach (CheckpointTensor tensor in tensors.Tensors)
            {
                TrainableParameter parameter = model.Layout[tensor.Name];
                tensor.CopyTo(model.Values.Values.Slice(parameter.Offset, parameter.Length));
            }
            model.Pack();
        }
        return model;
    }

    /// <summary>The goldens' examples: ids, and a label, labels or positions.</summary>
    private sealed class TrajectoryExamples(ModelArchitecture architecture, IEnumerable<JsonElement> lines) : PreparedExamples
    {
        private readonly JsonElement[] _lines = [.. lines];

        public override int Count => _lines.Length;

        public override int TokensOf(int example) => Integers(example, "input_ids").Length;

        public override void AddTo(TokenBatch batch, int example) =>
            batch.Add(Integers(example, "input_ids"), Integers(example, "token_type_ids"));

        public override TrainingTargets TargetsOf(ReadOnlySpan<int> examples)
        {
            int[] numbers = examples.ToArray();
            return architecture switch
            {
                ModelArchitecture.SequenceClassification => new ClassTargets([.. numbers.Select(i => _lines[i].GetProperty("labels").GetInt32())]),
                ModelArchitecture.QuestionAnswering => new AnswerTargets(
                    [.. numbers.Select(i => _lines[i].GetProperty("start_positions").GetInt32())],
                    [.. numbers.Select(i => _lines[i].GetProperty("end_positions").GetInt32())], [.. numbers.Select(TokensOf)]),
                _ => new ClassTargets([.. numbers.SelectMany(i => Integers(i, "labels"))]),
            };
        }

        private int[] Integers(int example, string name) =>
            [.. _lines[example].GetProperty(name).EnumerateArray().Select(value => value.GetInt32())];
    }
}
