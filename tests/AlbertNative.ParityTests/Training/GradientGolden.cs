using System.Runtime.Intrinsics;
using System.Text.Json;
using AlbertNative.Checkpoints;
using AlbertNative.Cli;
using AlbertNative.Model;
using AlbertNative.Testing;

namespace AlbertNative.ParityTests.Training;

/// <summary>
/// One case of PyTorch's gradients: a batch and its labels, and the loss and every parameter's gradient in float64, with
/// the distance of PyTorch's own float32 from it.
/// </summary>
internal sealed class GradientGolden
{
    private readonly Checkpoint _tensors;
    private readonly JsonElement _case;

    public GradientGolden(Checkpoint tensors, JsonElement golden, ModelConfig config)
    {
        _tensors = tensors;
        _case = golden;
        Name = golden.GetProperty("case").GetString()!;
        Assert.True(Family.Of(config.Family).TryParseClass(golden.GetProperty("cls").GetString()!, out ModelArchitecture architecture));
        Architecture = architecture;
        JsonElement options = golden.GetProperty("options");
        Config = options.TryGetProperty("num_labels", out JsonElement labels)
            ? config with { Labels = ModelConfig.NumberedLabels(labels.GetInt32()) } : config;
    }

    public string Name { get; }

    public ModelConfig Config { get; }

    public ModelArchitecture Architecture { get; }

    public double Loss => _case.GetProperty("loss").GetDouble();

    public double LossError => Math.Abs(_case.GetProperty("loss32").GetDouble() - Loss);

    public JsonElement Raw => _case;

    /// <summary>All cases of a folder.</summary>
    public static IEnumerable<GradientGolden> Read(string folder, Checkpoint tensors)
    {
        ModelConfig config = ModelConfig.Parse(File.ReadAllBytes(Path.Combine(folder, "config.json")), folder);
        foreach (JsonElement golden in ReadCases(folder))
            yield return new GradientGolden(tensors, golden, config);
    }

    public static IEnumerable<JsonElement> ReadCases(string folder) =>
        GoldenLines.Read(Path.Combine(folder, "cases.json.gz")).Single().EnumerateArray();

    /// <summary>The model with the goldens' synthetic weights.</summary>
    public TrainableModel CreateModel(TrainableModelOptions options) =>
        TrainableModel.Create(Config, Architecture, new SyntheticCheckpoint(Config, Architecture), options);

    /// <summary>The batch, and the rows whose scores the loss needs, empty for all.</summary>
    public (TokenBatch Batch, int[] Rows) Batch()
    {
        long[] ids = Integers("input_ids"), mask = Integers("attention_mask"), types = Integers("token_type_ids");
        int columns = (int)Tensor("input_ids").Shape[^1];
        TokenBatch batch = new();
        for (int start = 0; start < ids.Length; start += columns)
            batch.Add(Part(ids), Part(types), Part(mask));
        return (batch, Architecture is ModelArchitecture.MaskedLM or ModelArchitecture.PreTraining ? LabelledRows(batch) : []);

        int[] Part(long[] values) => [.. values.AsSpan(batch.SequenceCount * columns, columns).ToArray().Select(value => (int)value)];
    }

    /// <summary>What the scores should have been.</summary>
    public TrainingTargets Targets(TokenBatch batch)
    {
        float[]? weights = _case.TryGetProperty("class_weights", out JsonElement list) ? [.. list.EnumerateArray().Select(w => w.GetSingle())] : null;
        double smoothing = _case.TryGetProperty("epsilon", out JsonElement epsilon) ? epsilon.GetDouble() : 0;
        bool binary = _case.GetProperty("options").TryGetProperty("problem_type", out JsonElement type) && type.GetString()!.StartsWith("multi", StringComparison.Ordinal);
        switch (Architecture)
        {
            case ModelArchitecture.SequenceClassification when Tensor("labels").Type.IsFloatingPoint:
                return new ValueTargets(CheckpointComparison.Floats(Tensor("labels")), binary);
            case ModelArchitecture.SequenceClassification:
                return new ClassTargets([.. Integers("labels").Select(l => (int)l)], weights, smoothing);
            case ModelArchitecture.TokenClassification:
                return new ClassTargets(TokenLabels(batch), weights, smoothing);
            case ModelArchitecture.QuestionAnswering:
                int[] lengths = [.. Enumerable.Range(0, batch.SequenceCount).Select(s => batch.RowsOf(s).Length)];
                return new AnswerTargets(
                    [.. Integers("start_positions").Select(p => (int)p)], [.. Integers("end_positions").Select(p => (int)p)], lengths);
            case ModelArchitecture.MultipleChoice:
                int[] labels = [.. Integers("labels").Select(l => (int)l)];
                return new ChoiceTargets(labels, [.. labels.Select(_ => batch.SequenceCount / labels.Length)]);
            case ModelArchitecture.MaskedLM:
                return Words(batch);
            default:
                return new PreTrainingTargets(Words(batch), new ClassTargets([.. Integers("sentence_order_label").Select(l => (int)l)]));
        }
    }

    /// <summary>
    /// The bound is twice the distance of PyTorch's float32 from float64, and 2e-7 of the parameter's largest. That distance is
    /// itself one draw of rounding: a few of a golden's parameters, where it happens to be small, may lie beyond, by less than
    /// this share; narrower vectors, whose sums have other orders, are luckier or unluckier by as much again.
    /// </summary>
    public static double Unlucky { get; } = Vector512.IsHardwareAccelerated ? 1.75 : 3;

    /// <summary>Names the gradients that are too far from float64; counts those just beyond the bound, of how many.</summary>
    public (double Worst, int Beyond, int All) AssertGradients(TrainableModel model, TextWriter failures)
    {
        int beyond = 0, all = 0;
        double worst = 0, largest = _case.GetProperty("parameters").EnumerateObject()
            .Where(p => p.Value.ValueKind == JsonValueKind.Object).Max(p => p.Value.GetProperty("absmax").GetDouble());
        foreach (JsonProperty property in _case.GetProperty("parameters").EnumerateObject())
        {
            string name = CanonicalName.Of(property.Name, Family.Of(Config.Family));
            if (!model.Layout.TryGet(name, out TrainableParameter? parameter))
            {
                failures.WriteLine($"{Name}: no parameter {name}");
                continue;
            }
            ReadOnlySpan<float> found = model.Gradients.Values.Slice(parameter.Offset, parameter.Length);
            if (property.Value.ValueKind == JsonValueKind.Null)
            {
                if (found.ContainsAnyExcept(0f))
                    failures.WriteLine($"{Name}: {name} has a gradient, PyTorch gives none");
                continue;
            }
            double error32 = property.Value.GetProperty("error32").GetDouble(), absmax = property.Value.GetProperty("absmax").GetDouble();
            bool vanishes = name.EndsWith(Family.Of(Config.Family).Layer.Key + ".bias", StringComparison.Ordinal);
            double bound = vanishes ? 2e-7 * largest : (2 * error32) + (2e-7 * absmax);
            double error = LargestError(property.Name, parameter, found);
            worst = Math.Max(worst, error / bound);
            all++;
            if (error > bound)
                beyond++;
            if (!(error <= Unlucky * bound))
                failures.WriteLine($"{Name}: {name}: {error:E2} of {absmax:E2}, {error / bound:F2} of the bound; PyTorch's float32: {error32:E2}");
            double direction = Direction(property.Name, found), wanted = property.Value.GetProperty("direction").GetDouble();
            double reach = vanishes ? 2e-7 * largest * Math.Sqrt(found.Length)
                : (4 * property.Value.GetProperty("norm_error32").GetDouble()) + (1e-6 * property.Value.GetProperty("norm").GetDouble());
            if (!(Math.Abs(direction - wanted) <= reach))
                failures.WriteLine($"{Name}: {name}: direction {direction:R} instead of {wanted:R}");
        }
        return (worst, beyond, all);
    }

    private ClassTargets Words(TokenBatch batch) => new([.. TokenLabels(batch).Where(label => label != ClassTargets.Ignored)]);

    private int[] LabelledRows(TokenBatch batch) =>
        [.. TokenLabels(batch).Select((label, row) => label == ClassTargets.Ignored ? -1 : row).Where(row => row >= 0)];

    private int[] TokenLabels(TokenBatch batch)
    {
        long[] labels = Integers("labels");
        int columns = (int)Tensor("input_ids").Shape[^1];
        int[] at = new int[batch.TokenCount];
        for (int sequence = 0; sequence < batch.SequenceCount; sequence++)
        {
            (int start, int length) = batch.RowsOf(sequence);
            for (int row = start; row < start + length; row++)
                at[row] = (int)labels[(sequence * columns) + batch.Positions[row]];
        }
        return at;
    }

    private double LargestError(string golden, TrainableParameter parameter, ReadOnlySpan<float> found)
    {
        double worst = 0;
        if (_tensors.TryGet($"{Name}.gradient.{golden}", out CheckpointTensor? whole))
        {
            double[] wanted = CheckpointComparison.Doubles(whole);
            for (int i = 0; i < wanted.Length; i++)
                worst = Max(worst, Math.Abs(found[i] - wanted[i]));
            return worst;
        }
        double[] sample = CheckpointComparison.Doubles(Tensor($"sample.{golden}"));
        Assert.True(_tensors.TryGet($"index.{golden}.{parameter.Length}", out CheckpointTensor? index));
        long[] at = CheckpointComparison.Integers(index);
        for (int i = 0; i < at.Length; i++)
            worst = Max(worst, Math.Abs(found[(int)at[i]] - sample[i]));
        return worst;
    }

    private static double Max(double a, double b) => double.IsNaN(b) ? double.NaN : Math.Max(a, b);

    /// <summary>Σ g(i) v("direction:PARAMETER", i): one number that every element has a part in.</summary>
    private static double Direction(string name, ReadOnlySpan<float> gradient)
    {
        double sum = 0;
        ulong key = CounterRandom.Hash("direction:" + name);
        for (int i = 0; i < gradient.Length; i++)
            sum += gradient[i] * SyntheticValue.At(key, i);
        return sum;
    }

    private CheckpointTensor Tensor(string name)
    {
        Assert.True(_tensors.TryGet($"{Name}.{name}", out CheckpointTensor? tensor), $"{Name}.{name} is not there");
        return tensor;
    }

    private long[] Integers(string name) => CheckpointComparison.Integers(Tensor(name));
}
