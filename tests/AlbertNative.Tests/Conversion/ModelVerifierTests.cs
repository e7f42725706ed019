using AlbertNative.Checkpoints;
using AlbertNative.Model;
using AlbertNative.Tensors;
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
        Assert.Equal(["int8", "published"], Names(checks, CheckResult.Skipped));
        Assert.Empty(Names(checks, CheckResult.Failed));
        Assert.Equal("1,295,714 weights", checks[3].Detail);

        ModelCheck compared = ModelVerifier.Verify(OneFile.Nano, WeightPrecision.Int8, Cancel).Single(check => check.Name == "int8");
        Assert.Equal(CheckResult.Passed, compared.Result);
        Assert.StartsWith("cosine 0.99", compared.Detail);
    }

    [Fact]
    public void A_model_without_text_is_checked_on_ids()
    {
        ModelCheck[] checks = [.. ModelVerifier.Verify(OneFile.Write(At("m.safetensors"), WeightStorage.Int8), Cancel)];
        Assert.Equal(["tokenizer", "vocabulary", "int8", "published"], Names(checks, CheckResult.Skipped));
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
        ModelConfig config = TinyModel.Config with { VocabularySize = 100 };
        using ModelFiles nano = ModelFiles.Open(OneFile.Nano);
        SafetensorsWriter writer = OneFileModelWriter.Create(
            new Dictionary<string, byte[]> { ["config.json"] = config.ToJson(), ["spiece.model"] = nano.Read("spiece.model")! },
            new("small", "", "tests", "fp32"));
        ConvertedWeights.Plan(TinyModel.Weights(ModelArchitecture.Model, config), config, WeightStorage.Float32).AddTo(writer);
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
    public void Faults_that_nobody_foresaw_are_results_too()
    {
        string path = OneFile.Rewrite(OneFile.Nano, At("m.safetensors"), add: (writer, tensor) =>
        {
            if (tensor.Type != TensorType.U8)
                return false;
            // Codes of no matrix: reading them leaves an array.
            writer.Add("extra.weight", TensorType.I8, [4], new byte[4].AsMemory());
            writer.Add("extra.weight_scale", TensorType.F32, [4], new float[4].AsMemory());
            return true;
        });
        ModelCheck[] checks = [.. ModelVerifier.Verify(path, Cancel)];
        Assert.Equal(9, checks.Length);
        ModelCheck finite = checks.Single(check => check.Name == "finite");
        Assert.Equal(CheckResult.Failed, finite.Result);
        Assert.StartsWith("IndexOutOfRangeException: ", finite.Detail);
    }

    [Fact]
    public void Published_outputs_are_compared_where_they_are_claimed()
    {
        PublishedOutputs right = Published();
        string claims = Named("org/nano@main");
        Assert.Equal((CheckResult.Passed, "hidden states, ids and filled masks of org/nano"), Compare(claims, right));
        right.HiddenStates[1][0] += 0.001f;
        (CheckResult result, string detail) = Compare(claims, right);
        Assert.Equal(CheckResult.Failed, result);
        Assert.StartsWith("last_hidden_state[0, 2, 1] is ", detail);
        Assert.Contains("\"the king\" is ", Compare(claims, Published() with { TextIds = [1] }).Detail);
        Assert.Contains("is filled with israel, judah", Compare(claims, Published() with { Fills = ["judah", "israel"] }).Detail);
        Assert.Equal(CheckResult.Failed, Compare(claims, Published() with { Fills = ["judah", "israel"] }).Result);
        Assert.Equal((CheckResult.Failed, "the model has 12000 embeddings, the published ids reach 12000"),
            Compare(claims, Published() with { InputIds = [2, 12000, 3], AttentionMask = [1, 1, 1] }));
    }

    [Fact]
    public void A_copy_under_another_name_is_known_by_what_it_computes()
    {
        string renamed = OneFile.Rewrite(OneFile.Nano, At("mine.safetensors"), entries => entries["albertnative.source"] = "mine");
        Assert.Equal((CheckResult.Passed, "hidden states, ids and filled masks of org/nano"), Compare(renamed, Published()));
        Assert.Equal(CheckResult.Skipped, Compare(renamed, Published() with { TextIds = [1] }).Result);
        string headless = OneFile.Rewrite(renamed, At("headless.safetensors"), entries => entries["config.json"] = entries["config.json"].Replace("AlbertForPreTraining", "AlbertModel"),
            add: (_, tensor) => tensor.Name.StartsWith("predictions", StringComparison.Ordinal));
        Assert.Equal((CheckResult.Passed, "hidden states and ids of org/nano"), Compare(headless, Published()));
    }

    [Theory]
    [InlineData("nano", null)]
    [InlineData("mine", "org/nano")]
    public void A_name_alone_is_no_claim(string folder, string? file)
    {
        // A fine-tuned model often lies in a folder that is called like the one it began as.
        ModelExporter.Export(OneFile.Replace(OneFile.Nano, At("tuned.safetensors"), "albert.encoder.embedding_hidden_mapping_in.bias", values => values[0] += 1), At(folder));
        PublishedOutputs published = Published() with { Names = ["org/nano", file is null ? "nano" : folder] };
        Assert.Equal((CheckResult.Skipped, "it has the name of org/nano, and other weights"), Compare(At(folder), published));
        ModelConverter.Convert(At(folder), At("converted.safetensors"));
        Assert.Equal((CheckResult.Skipped, "it has the name of org/nano, and other weights"), Compare(At("converted.safetensors"), published));
        Assert.Equal((CheckResult.Skipped, "none are known of this model"), Compare(At(folder), published with { Names = ["other"] }));
    }

    [Fact]
    public void The_hubs_cache_claims_and_so_does_what_is_converted_from_it()
    {
        string snapshot = At("models--org--nano/snapshots/8e2f");
        Directory.CreateDirectory(At("models--org--nano/snapshots"));
        ModelExporter.Export(OneFile.Nano, snapshot);
        ModelConverter.Convert(snapshot, At("converted.safetensors"));
        using (ModelFiles files = ModelFiles.Open(At("converted.safetensors")))
            Assert.Equal(("org/nano", "8e2f"), (files.Provenance!.Source, files.Provenance.Revision));
        foreach (string path in (string[])[snapshot, Path.Combine(snapshot, "model.safetensors"), At("converted.safetensors")])
        {
            Assert.Equal(CheckResult.Passed, Compare(path, Published()).Result);
            PublishedOutputs other = Published();
            other.HiddenStates[0][0] += 1;
            Assert.Equal(CheckResult.Failed, Compare(path, other).Result);
        }
    }

    [Fact]
    public void Weights_that_were_ever_rounded_are_not_held_against_single_precision()
    {
        foreach ((WeightStorage storage, string name) in new[] { (WeightStorage.Int8, "int8"), (WeightStorage.Float16, "fp16") })
        {
            ModelConverter.Convert(OneFile.Nano, At("rounded.safetensors"), new() { Storage = storage, SourceName = "org/nano" });
            ModelConverter.Convert(At("rounded.safetensors"), At("wide.safetensors"));
            ModelConverter.Convert(At("wide.safetensors"), At("again.safetensors"), new() { SourceName = "org/nano@main" });
            foreach (string path in (string[])["rounded.safetensors", "wide.safetensors", "again.safetensors"])
                Assert.Equal((CheckResult.Skipped, $"they are for single precision, the weights are {name} or were rounded to it before"), Compare(At(path), Published()));
            using ModelFiles files = ModelFiles.Open(At("again.safetensors"));
            Assert.Equal(("fp32", name, "main"), (files.Provenance!.Precision, files.Provenance.LowestPrecision, files.Provenance.Revision));
        }
    }

    [Fact]
    public void The_known_models_are_known_by_their_place()
    {
        string hub = At("models--albert--albert-base-v2/snapshots/8e2f");
        string local = At("albert-base-v2");
        foreach ((string path, CheckResult result) in new[] { (hub, CheckResult.Failed), (local, CheckResult.Skipped) })
        {
            Directory.CreateDirectory(path);
            File.Copy(Path.Combine(OneFile.Formats, "safetensors-f32", "config.json"), Path.Combine(path, "config.json"));
            File.Copy(Path.Combine(OneFile.Formats, "safetensors-f32", "model.safetensors"), Path.Combine(path, "model.safetensors"));
            Assert.Equal(result, ModelVerifier.Verify(path, Cancel).Last().Result);
        }
    }

    [Fact]
    public void Verification_can_be_stopped() => Assert.ThrowsAny<OperationCanceledException>(
        () => ModelVerifier.Verify(OneFile.Nano, new CancellationToken(canceled: true)).ToList());

    private static PublishedOutputs Published()
    {
        int[] ids = [2, 159, 572, 432, 3], mask = [0, 1, 1, 1, 1];
        using PreTrainedModel opened = PreTrainedModel.Open(OneFile.Nano);
        EncoderHead model = new(opened);
        TokenBatch batch = new();
        batch.Add(ids, attentionMask: mask);
        EncoderOutput output = model.Forward(batch, cancellationToken: Cancel);
        return new()
        {
            Names = ["org/nano"],
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

    private static (CheckResult Result, string Detail) Compare(string path, PublishedOutputs published)
    {
        ModelCheck check = ModelVerifier.Verify(path, other: null, [published], Cancel).Last();
        return (check.Result, check.Detail);
    }

    private string Named(string source)
    {
        ModelConverter.Convert(OneFile.Nano, At("named.safetensors"), new() { SourceName = source });
        return At("named.safetensors");
    }

    private static IEnumerable<string> Names(ModelCheck[] checks, CheckResult result) =>
        checks.Where(check => check.Result == result).Select(check => check.Name);

    private string At(string name) => Path.Combine(_folder.Path, name);
}
