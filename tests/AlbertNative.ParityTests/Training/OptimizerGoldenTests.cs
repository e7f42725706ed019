using System.Text.Json;
using AlbertNative.Checkpoints;
using AlbertNative.Model;
using AlbertNative.Tensors;
using AlbertNative.Tensors.Threading;
using AlbertNative.Testing;
using AlbertNative.Training;

namespace AlbertNative.ParityTests.Training;

/// <summary>Schedules and AdamW against transformers and PyTorch.</summary>
public sealed class OptimizerGoldenTests
{
    [Fact]
    public void Schedules_are_transformers()
    {
        Dictionary<string, ScheduleKind> kinds = new(StringComparer.Ordinal)
        {
            ["linear"] = ScheduleKind.Linear,
            ["cosine"] = ScheduleKind.Cosine,
            ["cosine_with_restarts"] = ScheduleKind.CosineWithRestarts,
            ["polynomial"] = ScheduleKind.Polynomial,
            ["constant"] = ScheduleKind.Constant,
            ["constant_with_warmup"] = ScheduleKind.ConstantWithWarmup,
            ["inverse_sqrt"] = ScheduleKind.InverseSqrt,
            ["cosine_with_min_lr"] = ScheduleKind.CosineWithMinLr,
        };
        int compared = 0;
        foreach (JsonElement line in GoldenLines.Read(SharedFolder.Require("goldens", "training", "schedules", "schedules.jsonl.gz")))
        {
            if (!kinds.TryGetValue(line.GetProperty("kind").GetString()!, out ScheduleKind kind) || line.TryGetProperty("error", out _))
                continue;
            JsonElement options = line.GetProperty("options");
            double rate = line.GetProperty("base").GetDouble();
            LearningRateSchedule schedule = new()
            {
                Kind = kind,
                Updates = line.GetProperty("steps").GetInt32(),
                WarmupUpdates = line.GetProperty("warmup").GetInt32(),
                Cycles = Number(options, "num_cycles"),
                Power = Number(options, "power") ?? 1,
                End = Number(options, "min_lr_rate") ?? ((Number(options, "min_lr") ?? Number(options, "lr_end") ?? (kind == ScheduleKind.Polynomial ? 1e-7 : 0)) / rate),
                TimeScale = (int?)Number(options, "timescale"),
            };
            int[]? steps = line.GetProperty("s").ValueKind == JsonValueKind.Null ? null : [.. line.GetProperty("s").EnumerateArray().Select(s => s.GetInt32())];
            int i = 0;
            foreach (JsonElement factor in line.GetProperty("factor").EnumerateArray())
            {
                int step = steps?[i] ?? i;
                Assert.True(Math.Abs(factor.GetDouble() - schedule.Factor(step)) <= 1e-12, $"{line}: step {step}: {schedule.Factor(step):R} instead of {factor}");
                i++;
                compared++;
            }
        }
        Assert.True(compared > 0);
    }

    [Fact]
    public void Warm_up_is_counted_as_the_Trainer_does()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(SharedFolder.Require("goldens", "training", "schedules", "warmup.json")));
        foreach (JsonElement line in document.RootElement.EnumerateArray())
            Assert.Equal(line.GetProperty("result").GetInt32(), LearningRateSchedule.WarmupOf(line.GetProperty("warmup_steps").GetDouble(), line.GetProperty("steps").GetInt32()));
    }

    [Fact]
    public void AdamW_is_PyTorchs()
    {
        string folder = SharedFolder.Require("goldens", "training", "adamw");
        using Checkpoint tensors = Checkpoint.Open(Path.Combine(folder, "tensors.safetensors"));
        foreach (JsonElement golden in GradientGolden.ReadCases(folder))
            AssertSame(golden, tensors);
    }

    private static void AssertSame(JsonElement golden, Checkpoint tensors)
    {
        string name = golden.GetProperty("case").GetString()!;
        List<TrainableParameter> parameters = [];
        int length = 0;
        foreach (CheckpointTensor tensor in tensors.Tensors.Where(tensor => tensor.Name.StartsWith("theta0.", StringComparison.Ordinal)))
        {
            parameters.Add(new TrainableParameter(tensor.Name["theta0.".Length..], tensor.Shape, length, ModelPart.Encoder));
            length += (int)((tensor.ElementCount + 15) / 16 * 16);
        }
        ParameterBlock values = new(length), gradients = new(length);
        foreach (TrainableParameter parameter in parameters)
            Set(tensors, "theta0." + parameter.Name, parameter, values);
        HashSet<string> decaying = [.. golden.GetProperty("decay_group").EnumerateArray().Select(entry => entry.GetString()!)];
        Assert.All(parameters, parameter => Assert.Equal(decaying.Contains(parameter.Name), parameter.Decays));
        AdamW optimizer = new(parameters.Where(parameter => tensors.TryGet("gradient.1." + parameter.Name, out _)), length, new AdamWOptions
        {
            Beta1 = golden.GetProperty("beta1").GetDouble(),
            Beta2 = golden.GetProperty("beta2").GetDouble(),
            Epsilon = golden.GetProperty("epsilon").GetDouble(),
            WeightDecay = golden.GetProperty("weight_decay").GetDouble(),
            MaxGradientNorm = golden.GetProperty("max_grad_norm").GetDouble(),
        });
        using ThreadTeam team = new(2);
        int compared = 0;
        foreach (JsonElement step in golden.GetProperty("log").EnumerateArray())
        {
            int update = step.GetProperty("step").GetInt32();
            foreach (TrainableParameter parameter in parameters.Where(parameter => tensors.TryGet($"gradient.{update}.{parameter.Name}", out _)))
                Set(tensors, $"gradient.{update}.{parameter.Name}", parameter, gradients);
            double norm = optimizer.Step(program => team.Run(program), values, gradients, step.GetProperty("lr").GetDouble());
            Assert.Equal(step.GetProperty("norm").GetDouble(), norm, 1e-6 * norm);
            foreach (TrainableParameter parameter in parameters)
            {
                compared += AssertClose(golden, tensors, name, $"{update}.theta.{parameter.Name}", parameter, values);
                compared += AssertClose(golden, tensors, name, $"{update}.m.{parameter.Name}", parameter, optimizer.FirstMoments);
                compared += AssertClose(golden, tensors, name, $"{update}.v.{parameter.Name}", parameter, optimizer.SecondMoments);
            }
        }
        Assert.NotEqual(0, compared);
    }

    /// <summary>Compares what the golden has of a block, which is not all of every update; the number of tensors, 1 or 0.</summary>
    private static int AssertClose(JsonElement golden, Checkpoint tensors, string name, string key, TrainableParameter parameter, ParameterBlock block)
    {
        if (!tensors.TryGet($"{name}.{key}", out CheckpointTensor? tensor))
            return 0;
        double[] wanted = CheckpointComparison.Doubles(tensor);
        double theirs = golden.GetProperty("error32").TryGetProperty(key, out JsonElement errors) ? errors.EnumerateArray().Max(error => error.GetDouble()) : 0;
        double largest = wanted.Max(Math.Abs);
        for (int i = 0; i < wanted.Length; i++)
        {
            double error = Math.Abs(wanted[i] - block.Values[parameter.Offset + i]);
            Assert.True(error <= (2 * theirs) + (2e-7 * largest), $"{name}.{key}[{i}]: {error:E2} of {largest:E2}; PyTorch's float32: {theirs:E2}");
        }
        return 1;
    }

    private static void Set(Checkpoint tensors, string name, TrainableParameter parameter, ParameterBlock block)
    {
        Assert.True(tensors.TryGet(name, out CheckpointTensor? tensor), name);
        tensor.CopyTo(block.Values.Slice(parameter.Offset, parameter.Length));
    }

    private static double? Number(JsonElement options, string name) => options.TryGetProperty(name, out JsonElement value) ? value.GetDouble() : null;
}
