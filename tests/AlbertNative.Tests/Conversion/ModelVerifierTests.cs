using AlbertNative.Checkpoints;
using AlbertNative.Model;
using AlbertNative.Tests.Checkpoints;
using AlbertNative.Tests.Model;

namespace AlbertNative.Tests.Conversion;

public sealed class ModelVerifierTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_shipped_model_passes()
    {
        ModelCheck[] checks = [.. ModelVerifier.Verify(OneFile.Nano, Cancel)];
        Assert.Equal(
            ["config", "tokenizer", "vocabulary", "finite", "model", "batch", "threads", "int8", "published"], checks.Select(check => check.Name));
        Assert.All(checks[..^1], check => Assert.Equal(CheckResult.Passed, check.Result));
        Assert.Equal(CheckResult.Skipped, checks[^1].Result);
        Assert.Equal("1,295,714 weights", checks[3].Detail);
    }

    [Fact]
    public void A_model_without_text_is_checked_on_ids()
    {
        ModelCheck[] checks = [.. ModelVerifier.Verify(OneFile.Write(At("m.safetensors"), WeightStorage.Int8), Cancel)];
        Assert.Equal(["tokenizer", "vocabulary", "published"], Names(checks, CheckResult.Skipped));
        Assert.Empty(Names(checks, CheckResult.Failed));
    }

    [Fact]
    public void What_does_not_load_is_said_once()
    {
        string path = OneFile.Rewrite(OneFile.Nano, At("m.safetensors"), add: (_, tensor) => tensor.Name.EndsWith("ffn.bias", StringComparison.Ordinal));
        ModelCheck[] checks = [.. ModelVerifier.Verify(path, Cancel)];
        ModelCheck failed = Assert.Single(checks, check => check.Result == CheckResult.Failed);
        Assert.Equal("model", failed.Name);
        Assert.Contains("ffn.bias", failed.Detail);
        Assert.Equal(["batch", "threads", "int8", "published"], Names(checks, CheckResult.Skipped));
    }

    [Theory]
    [InlineData(float.NaN, "NaN")]
    [InlineData(float.PositiveInfinity, "Infinity")]
    public void Weights_that_are_no_numbers_fail(float value, string name)
    {
        string path = OneFile.Rewrite(OneFile.Nano, At("m.safetensors"), add: (writer, tensor) =>
        {
            if (tensor.Name != "predictions.bias")
                return false;
            float[] values = new float[tensor.ElementCount];
            values[11] = value;
            writer.Add(tensor.Name, TensorType.F32, tensor.Shape.AsSpan(), values.AsMemory());
            return true;
        });
        ModelCheck finite = ModelVerifier.Verify(path, Cancel).Single(check => check.Name == "finite");
        Assert.Equal((CheckResult.Failed, $"predictions.bias: element 11 is {name}"), (finite.Result, finite.Detail));
    }

    [Fact]
    public void A_tokenizer_with_too_many_ids_fails()
    {
        AlbertConfig config = TinyModel.Config with { VocabularySize = 100 };
        using ModelFiles nano = ModelFiles.Open(OneFile.Nano);
        SafetensorsWriter writer = OneFileModelWriter.Create(
            new Dictionary<string, byte[]> { ["config.json"] = config.ToJson(), ["spiece.model"] = nano.Read("spiece.model")! },
            new("small", "", "tests", "fp32"));
        ConvertedWeights.Plan(TinyModel.Weights(AlbertArchitecture.AlbertModel, config), config, WeightStorage.Float32).AddTo(writer);
        writer.Save(At("m.safetensors"));
        ModelCheck[] checks = [.. ModelVerifier.Verify(At("m.safetensors"), Cancel)];
        Assert.Equal(["vocabulary"], Names(checks, CheckResult.Failed));
        Assert.Contains("12000 ids, the model 100 embeddings", checks[2].Detail);
    }

    [Fact]
    public void A_damaged_tokenizer_fails()
    {
        string path = OneFile.Rewrite(OneFile.Nano, At("m.safetensors"), add: (writer, tensor) =>
        {
            if (tensor.Type == TensorType.U8)
                writer.Add(tensor.Name, TensorType.U8, [3], new byte[3].AsMemory());
            return tensor.Type == TensorType.U8;
        });
        Assert.Equal(["tokenizer"], Names([.. ModelVerifier.Verify(path, Cancel)], CheckResult.Failed));
    }

    [Fact]
    public void Published_outputs_are_compared_where_they_are_known()
    {
        PublishedOutputs right = Published();
        Assert.Equal((CheckResult.Passed, "hidden states, ids and filled masks of albert-nano"), Compare(right));
        right.HiddenStates[1][0] += 0.001f;
        (CheckResult result, string detail) = Compare(right);
        Assert.Equal(CheckResult.Failed, result);
        Assert.StartsWith("last_hidden_state[0, 2, 1] is ", detail);
        Assert.Contains("\"the king\" is ", Compare(Published() with { TextIds = [1] }).Detail);
        Assert.Contains("is filled with israel, judah", Compare(Published() with { Fills = ["judah", "israel"] }).Detail);
        Assert.Equal(CheckResult.Skipped, Compare(Published() with { Names = ["other"] }).Result);
    }

    [Fact]
    public void A_published_model_is_known_by_its_place_too()
    {
        string hub = At("models--albert--albert-base-v2/snapshots/8e2f");
        string local = At("albert-base-v2");
        foreach (string path in (string[])[hub, local])
        {
            Directory.CreateDirectory(path);
            File.Copy(Path.Combine(OneFile.Formats, "safetensors-f32", "config.json"), Path.Combine(path, "config.json"));
            File.Copy(Path.Combine(OneFile.Formats, "safetensors-f32", "model.safetensors"), Path.Combine(path, "model.safetensors"));
            ModelCheck published = ModelVerifier.Verify(path, Cancel).Last();
            // The ids are beyond this small model's vocabulary: it is not what it is called.
            Assert.Equal(("published", CheckResult.Failed), (published.Name, published.Result));
        }
        ModelConverter.Convert(OneFile.Nano, At("rounded.safetensors"), new() { Storage = WeightStorage.Int8, SourceName = "albert/albert-base-v2" });
        Assert.Contains("the weights are int8", ModelVerifier.Verify(At("rounded.safetensors"), Cancel).Last().Detail);
    }

    [Fact]
    public void Verification_can_be_stopped() => Assert.ThrowsAny<OperationCanceledException>(
        () => ModelVerifier.Verify(OneFile.Nano, new CancellationToken(canceled: true)).ToList());

    private static PublishedOutputs Published()
    {
        int[] ids = [2, 159, 572, 432, 3], mask = [0, 1, 1, 1, 1];
        using AlbertModel model = AlbertModel.Load(OneFile.Nano);
        TokenBatch batch = new();
        batch.Add(ids, attentionMask: mask);
        AlbertModelOutput output = model.Forward(batch, cancellation: Cancel);
        return new()
        {
            Names = ["albert-nano"],
            InputIds = ids,
            AttentionMask = mask,
            FirstColumn = 1,
            FirstUnit = 1,
            HiddenStates = [output.LastHiddenState[0][1..4].ToArray(), output.LastHiddenState[1][1..4].ToArray()],
            Text = "the king",
            TextIds = ModelTokenizer.Load(OneFile.Nano).Encode("the king", new() { AddSpecialTokens = false }).Ids.ToArray(),
            MaskedText = "The king of [MASK] went up to Jerusalem.",
            Fills = ["israel", "judah"],
        };
    }

    private static (CheckResult Result, string Detail) Compare(PublishedOutputs published)
    {
        ModelCheck check = ModelVerifier.Verify(OneFile.Nano, [published], Cancel).Last();
        return (check.Result, check.Detail);
    }

    private static IEnumerable<string> Names(ModelCheck[] checks, CheckResult result) =>
        checks.Where(check => check.Result == result).Select(check => check.Name);

    private string At(string name) => Path.Combine(_folder.Path, name);
}
