using System.Text;
using System.Text.Json;
using AlbertNative.Checkpoints;
using AlbertNative.Model;
using AlbertNative.Tensors;
using AlbertNative.Testing;

namespace AlbertNative.ParityTests.Training;

/// <summary>PyTorch's gradients with given dropout masks: the places at which transformers drops, and what dropping does.</summary>
public sealed class DropoutGoldenTests
{
    [Fact]
    public void Losses_and_gradients_under_given_masks_are_PyTorchs()
    {
        string folder = SharedFolder.Require("goldens", "training", "dropout");
        using Checkpoint tensors = Checkpoint.Open(Path.Combine(folder, "tensors.safetensors"));
        StringWriter failures = new();
        int beyond = 0, all = 0;
        foreach (GradientGolden golden in Read(folder, tensors))
        {
            using TrainableModel model = golden.CreateModel(new TrainableModelOptions { ThreadCount = 2, Checkpointing = all % 2 == 1 });
            (TokenBatch batch, int[] rows) = golden.Batch();
            model.Forward(batch, rows, new GivenMasks(golden, tensors, batch));
            TrainingTargets targets = golden.Targets(batch);
            double loss = targets.Apply(model, targets.Weight).Total;
            model.Backward();
            if (!(Math.Abs(loss - golden.Loss) <= (2 * golden.LossError) + (2e-7 * golden.Loss)))
                failures.WriteLine($"{golden.Name}: loss {loss:R} instead of {golden.Loss:R}");
            (double Worst, int Beyond, int All) result = golden.AssertGradients(model, failures);
            (beyond, all) = (beyond + result.Beyond, all + result.All);
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{beyond} of {all} gradients beyond the bound");
        Assert.True(failures.ToString().Length == 0, failures.ToString());
        Assert.True(beyond <= all / 50, $"{beyond} of {all} gradients are beyond the bound");
    }

    [Fact]
    public void The_configuration_says_what_is_dropped_where()
    {
        string folder = SharedFolder.Require("goldens", "training", "dropout");
        using Checkpoint tensors = Checkpoint.Open(Path.Combine(folder, "tensors.safetensors"));
        foreach (GradientGolden golden in Read(folder, tensors))
        {
            CounterDropout ours = new(golden.Config, golden.Architecture, seed: 1);
            GivenMasks theirs = new(golden, tensors, golden.Batch().Batch);
            foreach (DropoutPlace place in Enum.GetValues<DropoutPlace>())
                Assert.True(theirs.Applies(place) == ours.Applies(place), $"{golden.Name}: {place}");
            float[] factors = new float[4000];
            foreach (DropoutPlace place in Enum.GetValues<DropoutPlace>().Where(ours.Applies))
            {
                ours.Fill(new DropoutRow(place, 0, 0, 0, 0), factors);
                double kept = factors.Count(factor => factor > 0) / (double)factors.Length, p = theirs.Probability(place);
                Assert.InRange(kept, 1 - p - 0.05, 1 - p + 0.05);
                Assert.Equal(1 / (1 - p), factors.Max(), 1e-6);
            }
        }
    }

    /// <summary>The cases, each with a configuration of its own.</summary>
    private static IEnumerable<GradientGolden> Read(string folder, Checkpoint tensors)
    {
        foreach (JsonElement raw in GradientGolden.ReadCases(folder))
        {
            byte[] json = Encoding.UTF8.GetBytes("{\"model_type\":\"albert\"," + raw.GetProperty("config").GetRawText()[1..]);
            yield return new GradientGolden(tensors, raw, ModelConfig.Parse(json, folder));
        }
    }

    private sealed class GivenMasks : DropoutMasks
    {
        private readonly Dictionary<string, (double P, byte[] Kept)> _masks = new(StringComparer.Ordinal);
        private readonly TokenBatch _batch;
        private readonly int _heads;

        public GivenMasks(GradientGolden golden, Checkpoint tensors, TokenBatch batch)
        {
            _batch = batch;
            _heads = golden.Config.HeadCount;
            foreach (JsonElement place in golden.Raw.GetProperty("places").EnumerateArray())
            {
                string at = place.GetProperty("name").GetString()!;
                byte[] kept = [];
                if (tensors.TryGet($"{golden.Name}.mask.{at}", out CheckpointTensor? tensor))
                {
                    kept = new byte[tensor.ElementCount];
                    tensor.CopyBytesTo(0, kept);
                }
                _masks[at] = (place.GetProperty("p").GetDouble(), kept);
            }
        }

        public double Probability(DropoutPlace place) => _masks.TryGetValue(NameOf(place, 0), out (double P, byte[] Kept) mask) ? mask.P : 0;

        public override bool Applies(DropoutPlace place) => Probability(place) > 0;

        public override void Fill(in DropoutRow row, Span<float> factors)
        {
            (double p, byte[] kept) = _masks[NameOf(row.Place, row.Layer)];
            int start = _batch.SequenceStarts[row.Sequence], columns = _batch.ColumnCounts[row.Sequence];
            int column = _batch.Positions[start + row.Row];
            bool attention = row.Place == DropoutPlace.Attention, pooled = kept.Length == _batch.SequenceCount * factors.Length;
            int first = attention ? ((((row.Sequence * _heads) + row.Head) * columns) + column) * columns
                : pooled ? row.Sequence * factors.Length : ((row.Sequence * columns) + column) * factors.Length;
            for (int i = 0; i < factors.Length; i++)
                factors[i] = kept[first + (attention ? _batch.Positions[start + i] : i)] != 0 ? (float)(1 / (1 - p)) : 0;
        }

        private static string NameOf(DropoutPlace place, int layer) => place switch
        {
            DropoutPlace.Embeddings => "embeddings",
            DropoutPlace.Attention => $"layer.{layer}.attention",
            DropoutPlace.AttentionOutput => $"layer.{layer}.output",
            DropoutPlace.Head => "head",
            _ => "none",
        };
    }
}
