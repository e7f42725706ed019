using System.Runtime.Intrinsics;
using AlbertNative.Checkpoints;
using AlbertNative.Model;
using AlbertNative.Testing;

namespace AlbertNative.ParityTests.Training;

/// <summary>Loss and gradient of every parameter against PyTorch in float64, for every class and loss.</summary>
public sealed class GradientGoldenTests
{
    public static IEnumerable<TheoryDataRow<string>> Folders =>
        SharedFolder.Directories("goldens/training/gradients").Select(path => new TheoryDataRow<string>(Path.GetFileName(path)));

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Folders))]
    public void Losses_and_gradients_are_PyTorchs(string folder)
    {
        string path = SharedFolder.Require("goldens", "training", "gradients", folder);
        using Checkpoint tensors = Checkpoint.Open(Path.Combine(path, "tensors.safetensors"));
        StringWriter failures = new();
        double worst = 0;
        int beyond = 0, all = 0;
        bool checkpointing = false;
        foreach (GradientGolden golden in GradientGolden.Read(path, tensors))
        {
            using TrainableModel model = golden.CreateModel(new TrainableModelOptions { ThreadCount = 2, Checkpointing = checkpointing });
            checkpointing = !checkpointing;
            (double loss, double size) = Step(golden, model);
            double bound = (2 * golden.LossError) + (2e-7 * size);
            if (!Vector512.IsHardwareAccelerated)
                bound *= GradientGolden.Unlucky;
            if (!(Math.Abs(loss - golden.Loss) <= bound))
                failures.WriteLine($"{golden.Name}: loss {loss:R} instead of {golden.Loss:R}, within {bound:E2}");
            (double Worst, int Beyond, int All) result = golden.AssertGradients(model, failures);
            (worst, beyond, all) = (Math.Max(worst, result.Worst), beyond + result.Beyond, all + result.All);
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{folder}: {beyond} of {all} gradients beyond the bound, the farthest {worst:F2} of it");
        Assert.True(beyond <= all / 50, $"{beyond} of {all} gradients are beyond the bound");
        Assert.True(failures.ToString().Length == 0, failures.ToString());
    }

    [Fact]
    public void Threads_and_checkpointing_change_no_bit()
    {
        string path = SharedFolder.Require("goldens", "training", "gradients", "tiny-inner-group");
        using Checkpoint tensors = Checkpoint.Open(Path.Combine(path, "tensors.safetensors"));
        foreach (GradientGolden golden in GradientGolden.Read(path, tensors))
        {
            float[]? first = null;
            foreach ((int threads, bool checkpointing) in new[] { (1, false), (2, true), (3, false), (7, true) })
            {
                using TrainableModel model = golden.CreateModel(new TrainableModelOptions { ThreadCount = threads, Checkpointing = checkpointing });
                Step(golden, model);
                first ??= model.Gradients.Values.ToArray();
                Assert.True(first.AsSpan().SequenceEqual(model.Gradients.Values), $"{golden.Name}: {threads} threads, checkpointing {checkpointing}");
            }
        }
    }

    /// <summary>Forward, loss, backward; the loss, and the sum of the sizes of what it is the sum of.</summary>
    private static (double Loss, double Size) Step(GradientGolden golden, TrainableModel model)
    {
        (TokenBatch batch, int[] rows) = golden.Batch();
        model.Forward(batch, rows);
        (double Loss, double Size) result;
        if (golden.Architecture == ModelArchitecture.Model)
        {
            result = Upstream(model, batch, golden);
        }
        else
        {
            TrainingTargets targets = golden.Targets(batch);
            double loss = targets.Apply(model, targets.Weight).Total;
            result = (loss, loss);
        }
        model.Backward();
        return result;
    }

    /// <summary>The sum of all outputs, each times a made number, which is its gradient.</summary>
    private static (double Loss, double Size) Upstream(TrainableModel model, TokenBatch batch, GradientGolden golden)
    {
        int columns = batch.ColumnCounts[0], hidden = golden.Config.HiddenSize;
        double loss = 0, size = 0;
        for (int sequence = 0; sequence < batch.SequenceCount; sequence++)
        {
            (int start, int length) = batch.RowsOf(sequence);
            for (int row = start; row < start + length; row++)
                Replace(model.Logits[row], "upstream:last_hidden_state", ((sequence * columns) + batch.Positions[row]) * hidden, ref loss, ref size);
            Replace(model.PairLogits[sequence], "upstream:pooler_output", sequence * hidden, ref loss, ref size);
        }
        return (loss, size);
    }

    private static void Replace(Span<float> outputs, string name, int first, ref double sum, ref double size)
    {
        for (int i = 0; i < outputs.Length; i++)
        {
            double factor = SyntheticValue.Of(name, first + i);
            sum += outputs[i] * factor;
            size += Math.Abs(outputs[i] * factor);
            outputs[i] = (float)factor;
        }
    }
}
