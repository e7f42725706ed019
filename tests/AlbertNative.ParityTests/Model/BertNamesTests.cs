using AlbertNative.Checkpoints;
using AlbertNative.Cli;
using AlbertNative.Model;
using AlbertNative.Testing;

namespace AlbertNative.ParityTests.Model;

/// <summary>
/// One small BERT under every naming of published files, <c>goldens/bert/names</c>: with and without prefix, old names of norms,
/// buffers, decoders tied in either direction, in safetensors and a PyTorch file. All hold the weights of one golden model.
/// </summary>
public sealed class BertNamesTests(ITestOutputHelper output)
{
    private const string Folder = "goldens/bert/names";
    private const string Golden = "goldens/bert/model/tiny-one-head";

    public static TheoryData<string> Named => new(
        SharedFolder.Files(Folder, "*").Where(file => file.EndsWith(".safetensors", StringComparison.Ordinal) || file.EndsWith(".bin", StringComparison.Ordinal))
            .Select(file => Path.GetFileName(file)));

    public static TheoryData<string> ToRefuse => new(SharedFolder.Files(Folder, "*must-be-refused.json").Select(file => Path.GetFileName(file)));

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Named))]
    public void Every_naming_gives_the_same_numbers(string file)
    {
        using GoldenModel golden = GoldenModel.Open(Golden);
        using Checkpoint checkpoint = Checkpoint.Open(SharedFolder.Require("goldens", "bert", "names", file));
        ModelConfig config = ModelConfig.Load(SharedFolder.Require("goldens", "bert", "names", "config.json"));
        using PreTrainedModel model = PreTrainedModel.Create(config, WeightSource.From(checkpoint));
        List<string> compared = [];
        foreach (IGrouping<ModelArchitecture, GoldenTensor> tensors in golden.Tensors.GroupBy(tensor => tensor.Architecture))
        {
            if (!model.Architectures.Contains(tensors.Key))
                continue;
            Dictionary<string, RectangularOutput> outputs = RectangularForward
                .Run(model, tensors.Key, golden.BatchFor(tensors.Key), hiddenStates: true, TestContext.Current.CancellationToken)
                .Outputs.ToDictionary(found => found.Name);
            foreach (GoldenTensor tensor in tensors)
            {
                // A model without a pooler has no pooled output.
                if (!outputs.TryGetValue(tensor.Output, out RectangularOutput? found))
                    continue;
                (double difference, double own) = ModelParityTests.Compare(golden, tensor, found);
                Assert.True(difference <= (ModelParityTests.OwnFactor * own) + ModelParityTests.Slack, $"{tensor.Name}: {difference}");
                compared.Add(tensor.Name);
            }
        }
        output.WriteLine($"{file}: {string.Join(", ", compared)}");
        Assert.Contains("Model.last_hidden_state", compared);
        Assert.Equal(!file.Contains("no-pooler", StringComparison.Ordinal) && !file.StartsWith("masked-lm", StringComparison.Ordinal), compared.Contains("Model.pooler_output"));
        Assert.Equal(!file.StartsWith("model-", StringComparison.Ordinal), compared.Contains("MaskedLM.logits"));
        Assert.Equal(file.StartsWith("pretraining", StringComparison.Ordinal), compared.Contains("PreTraining.prediction_logits"));
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(ToRefuse))]
    public void What_would_silently_give_other_numbers_is_refused_by_name(string file)
    {
        CheckpointFormatException e = Assert.Throws<CheckpointFormatException>(
            () => ModelConfig.Load(SharedFolder.Require("goldens", "bert", "names", file)));
        output.WriteLine(e.Message);
        Assert.Contains(file.Contains("decoder", StringComparison.Ordinal) ? "is_decoder" : "position_embedding_type", e.Message, StringComparison.Ordinal);
    }
}
