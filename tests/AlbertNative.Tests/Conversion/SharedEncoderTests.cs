using AlbertNative.Checkpoints;
using AlbertNative.Model;
using AlbertNative.Tensors;
using AlbertNative.Tests.Checkpoints;
using AlbertNative.Tests.Cli;
using AlbertNative.Training;

namespace AlbertNative.Tests.Conversion;

/// <summary>A head in a file of its own, which takes encoder and tokenizer from the file beside it that it was trained on.</summary>
public sealed class SharedEncoderTests : IDisposable
{
    private const string Text = "the king went up to jerusalem";

    private readonly TemporaryFolder _folder = new();

    public SharedEncoderTests()
    {
        // In 8 bits and asking for single precision, as a shipped encoder may be.
        ModelConverter.Convert(OneFile.Nano, Encoder, new() { Storage = WeightStorage.Int8All, Hold = WeightPrecision.Float32 });
        string data = _folder.Write("d.csv", "text,label\nthe king,a\nthe sea,b\nthe ship,b\n");
        using ModelFiles files = ModelFiles.Open(Encoder);
        ClassificationTask task = new(files.LoadTokenizer(), DataFiles.ReadTexts(data), null, 32);
        using FineTuning run = new(files, task, new TrainingOptions { MaxSteps = 3, BatchSize = 2, ThreadCount = 1, LearningRate = 1e-2, WarmupSteps = 0, Freeze = ModelPart.Encoder });
        run.Run(Trained);
    }

    private string Encoder => At("encoder.safetensors");

    private string Trained => At("trained");

    private string Head => At("head.safetensors");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_answers_as_the_whole_model_and_holds_the_head_alone()
    {
        CliRun run = CliRun.Of("convert", Trained, Head, "--encoder", Encoder, "--json");
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.InRange(new FileInfo(Head).Length, 1, new FileInfo(Encoder).Length / 8);
        using (Checkpoint file = Checkpoint.Open(Head))
        {
            Assert.Equal(["albert.pooler.bias", "albert.pooler.weight", "classifier.bias", "classifier.weight"], file.Tensors.Select(tensor => tensor.Name).Order(StringComparer.Ordinal));
            Assert.False(file.Metadata.ContainsKey("tokenizer_config.json"));
        }
        Assert.Equal(Scores(Trained), Scores(Head));
        Assert.Equal(0, CliRun.Of("verify", Head).ExitCode);
        using PreTrainedModel model = PreTrainedModel.Open(Head);
        Assert.Equal((WeightPrecision.Float32, "trained"), (model.Precision, model.Provenance?.Source));
    }

    [Fact]
    public void It_becomes_a_whole_file_and_a_directory_again()
    {
        Convert();
        ModelConverter.Convert(Head, At("whole.safetensors"));
        ModelExporter.Export(Head, At("directory"));
        File.Delete(Encoder);
        Assert.Equal(Scores(Trained), Scores(At("whole.safetensors")));
        Assert.Equal(Scores(Trained), Scores(At("directory")));
    }

    [Fact]
    public void Without_the_encoder_beside_it_or_with_another_one_it_is_refused()
    {
        Convert();
        byte[] encoder = File.ReadAllBytes(Encoder);
        encoder[^1] ^= 1;
        File.WriteAllBytes(Encoder, encoder);
        Assert.Contains("is a head for another encoder than encoder.safetensors: SHA-256", Refusal(Head), StringComparison.Ordinal);
        File.Copy(OneFile.Write(At("tiny.safetensors"), WeightStorage.Float32), Encoder, overwrite: true);
        Assert.Contains("another encoder", Refusal(Head), StringComparison.Ordinal);
        File.Delete(Encoder);
        Assert.Contains("the encoder in encoder.safetensors, which is not beside it", Refusal(Head), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../encoder.safetensors")]
    [InlineData("/etc/passwd")]
    [InlineData("..")]
    [InlineData("")]
    [InlineData("a\\b")]
    public void The_encoders_name_leads_nowhere_else(string name)
    {
        Convert();
        OneFile.Rewrite(Head, At("hostile.safetensors"), metadata => metadata["albertnative.encoder"] = name);
        Assert.Contains("expected the name of a file beside it", Refusal(At("hostile.safetensors")), StringComparison.Ordinal);
    }

    [Fact]
    public void An_encoder_is_a_whole_file_itself()
    {
        Convert();
        OneFile.Rewrite(Head, At("chain.safetensors"), metadata => metadata["albertnative.encoder"] = "head.safetensors");
        Assert.Contains("is itself a head for the encoder of another file", Refusal(At("chain.safetensors")), StringComparison.Ordinal);
        Assert.Contains("is itself a head", Assert.Throws<CheckpointFormatException>(() => Convert(At("other.safetensors"), Head)).Message, StringComparison.Ordinal);
        OneFile.Rewrite(Head, At("self.safetensors"), metadata => metadata["albertnative.encoder"] = "self.safetensors");
        Assert.Contains("is itself a head", Refusal(At("self.safetensors")), StringComparison.Ordinal);
    }

    [Fact]
    public void What_shares_nothing_lies_elsewhere_or_tokenizes_otherwise_is_not_made()
    {
        Assert.Contains("is not another file in the directory", Assert.Throws<ArgumentException>(() => Convert(Path.Combine(Trained, "head.safetensors"))).Message, StringComparison.Ordinal);
        Assert.Contains("is not another file", Assert.Throws<ArgumentException>(() => Convert(Encoder)).Message, StringComparison.Ordinal);
        string other = OneFile.Write(At("other-sizes.safetensors"), WeightStorage.Float32);
        Assert.Throws<CheckpointFormatException>(() => Convert(Head, other));
        string plain = Path.Combine(Trained, "model.safetensors"), copy = At("plain.safetensors");
        File.Copy(plain, copy);
        Assert.Contains("is no one-file model", Assert.Throws<CheckpointFormatException>(() => Convert(Head, copy)).Message, StringComparison.Ordinal);
        File.Delete(Path.Combine(Trained, "spiece.model"));
        Assert.Contains("has a spiece.model, which the model has not", Assert.Throws<CheckpointFormatException>(() => Convert()).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Head));
    }

    private void Convert(string? destination = null, string? encoder = null) =>
        ModelConverter.Convert(Trained, destination ?? Head, new() { EncoderPath = encoder ?? Encoder });

    private string At(string name) => Path.Combine(_folder.Path, name);

    private static float[] Scores(string path)
    {
        using TextClassifier classifier = TextClassifier.Load(path);
        return [.. classifier.Classify(Text).OrderBy(label => label.Label, StringComparer.Ordinal).Select(label => label.Score)];
    }

    private static string Refusal(string path) => Assert.Throws<CheckpointFormatException>(() => TextClassifier.Load(path)).Message;
}
