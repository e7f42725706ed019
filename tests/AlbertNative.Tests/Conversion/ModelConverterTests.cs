using System.Security.Cryptography;
using AlbertNative.Checkpoints;
using AlbertNative.Model;
using AlbertNative.Tests.Checkpoints;

namespace AlbertNative.Tests.Conversion;

public sealed class ModelConverterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Containers => [.. Directory.GetDirectories(OneFile.Formats)
        .Select(directory => Path.GetFileName(directory))
        .Where(name => !name.Contains("malicious", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Containers))]
    public void Every_container_becomes_a_file_with_the_same_weights(string container)
    {
        string source = Path.Combine(OneFile.Formats, container);
        ConversionSummary summary = ModelConverter.Convert(source, At("model.safetensors"));
        using Checkpoint file = Checkpoint.Open(At("model.safetensors"));
        Assert.Equal(summary.WrittenBytes, new FileInfo(At("model.safetensors")).Length);
        Assert.All(file.Tensors, tensor => Assert.Equal(TensorType.F32, tensor.Type));
        Assert.Equal("pt", file.Metadata["format"]);
        Assert.Equal(container, file.Metadata["albertnative.source"]);

        // What is stored in 16 bits is widened; all others hold the same numbers.
        bool halved = container.EndsWith("16", StringComparison.Ordinal);
        SortedDictionary<string, float[]> reference = OneFile.Weights(halved ? source : Path.Combine(OneFile.Formats, "safetensors-f32"));
        SortedDictionary<string, float[]> weights = OneFile.Weights(At("model.safetensors"));
        Assert.Equal(container == "safetensors-no-prefix" ? 25 : 32, weights.Count);
        Assert.All(weights, weight => Assert.Equal(reference[weight.Key], weight.Value));
        using PreTrainedModel model = PreTrainedModel.Open(At("model.safetensors"));
        model.Require(model.Config.DefaultArchitecture);
        Assert.Empty(model.UnusedTensors(model.Config.DefaultArchitecture));
    }

    [Fact]
    public void Tied_copies_and_wrappers_are_dropped_by_name()
    {
        ConversionSummary summary = ModelConverter.Convert(Path.Combine(OneFile.Formats, "torch-nested-module-prefix"), At("m.safetensors"));
        Assert.Equal(
            [
                new("module.predictions.decoder.bias", "tied to predictions.bias"),
                new("module.predictions.decoder.weight", "tied to albert.embeddings.word_embeddings.weight"),
            ],
            summary.Dropped);
        Assert.Equal(
            ["AlbertModel", "AlbertForPreTraining", "AlbertForMaskedLM"],
            summary.Classes);
        Assert.Contains("takes ids, no text", Assert.Single(summary.Remarks));
    }

    [Theory]
    [InlineData(WeightStorage.Float32)]
    [InlineData(WeightStorage.Float16)]
    [InlineData(WeightStorage.Int8)]
    public void The_same_source_gives_the_same_bytes(WeightStorage storage)
    {
        ConversionOptions options = new() { Storage = storage };
        ModelConverter.Convert(OneFile.Nano, At("a.safetensors"), options);
        ModelConverter.Convert(OneFile.Nano, At("b.safetensors"), options);
        Assert.Equal(SHA256.HashData(File.ReadAllBytes(At("a.safetensors"))), SHA256.HashData(File.ReadAllBytes(At("b.safetensors"))));
    }

    [Fact]
    public void Provenance_names_every_file_with_its_hash()
    {
        string source = Path.Combine(OneFile.Formats, "safetensors-sharded");
        ModelConverter.Convert(source, At("m.safetensors"), new() { SourceName = "org/model" });
        using ModelFiles files = ModelFiles.Open(At("m.safetensors"));
        ModelProvenance provenance = files.Provenance!;
        Assert.Equal("org/model", provenance.Source);
        Assert.Equal("fp32", provenance.Precision);
        Assert.Matches(@"^AlbertNative \d+\.\d+\.\d+$", provenance.Converter);
        IEnumerable<string> expected = Directory.GetFiles(source).Order(StringComparer.Ordinal)
            .Select(file => $"{Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)))}  {Path.GetFileName(file)}");
        Assert.Equal(expected, provenance.SourceHashes.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void A_converted_model_that_is_converted_again_keeps_its_origin()
    {
        CopyFormat("safetensors-sharded", "models--org--model/snapshots/c0ffee");
        string first = At("models--org--model/snapshots/c0ffee");
        ModelConverter.Convert(first, At("a.safetensors"));
        ModelConverter.Convert(At("a.safetensors"), At("b.safetensors"), new() { Storage = WeightStorage.Int8 });
        ModelConverter.Convert(At("b.safetensors"), At("c.safetensors"));
        using ModelFiles a = ModelFiles.Open(At("a.safetensors")), b = ModelFiles.Open(At("b.safetensors")), c = ModelFiles.Open(At("c.safetensors"));
        Assert.Equal(("org/model", "c0ffee"), (a.Provenance!.Source, a.Provenance.Revision));
        Assert.Equal(a.Provenance with { Precision = "int8", LowestPrecision = "int8" }, b.Provenance);
        Assert.Equal(a.Provenance with { LowestPrecision = "int8" }, c.Provenance);

        // A new name is that of what was converted now; a new configuration went in, too.
        ModelConverter.Convert(At("a.safetensors"), At("d.safetensors"), new() { SourceName = "mine" });
        using ModelFiles d = ModelFiles.Open(At("d.safetensors"));
        Assert.Equal(("mine", $"{Hash(At("a.safetensors"))}  a.safetensors\n"), (d.Provenance!.Source, d.Provenance.SourceHashes));
        File.WriteAllBytes(At("other.json"), ModelConfig.Load(first).ToJson());
        ModelConverter.Convert(At("a.safetensors"), At("e.safetensors"), new() { ConfigPath = At("other.json") });
        using ModelFiles e = ModelFiles.Open(At("e.safetensors"));
        Assert.Contains($"{Hash(At("other.json"))}  config.json\n", e.Provenance!.SourceHashes);
    }

    [Fact]
    public void Files_of_the_same_name_have_a_hash_each()
    {
        CopyFormat("safetensors-f32", "st/0_Transformer");
        _folder.Write("st/config.json", """{"pooling_mode_mean_tokens": true}"""u8);
        _folder.Write("st/modules.json", """
            [{"path": "./0_Transformer/", "type": "sentence_transformers.models.Transformer"}, {"path": ".", "type": "sentence_transformers.models.Pooling"}]
            """u8);
        ModelConverter.Convert(At("st"), At("m.safetensors"));
        using ModelFiles files = ModelFiles.Open(At("m.safetensors"));
        string[] names = ["0_Transformer/config.json", "0_Transformer/model.safetensors", "config.json", "modules.json"];
        Assert.Equal(string.Concat(names.Select(name => $"{Hash(At($"st/{name}"))}  {name}\n")), files.Provenance!.SourceHashes);
    }

    [Fact]
    public void Shards_in_folders_have_a_hash_each()
    {
        CopyFormat("safetensors-sharded", "sharded");
        string index = Directory.GetFiles(At("sharded"), "*.index.json").Single();
        string[] shards = [.. Directory.GetFiles(At("sharded"), "*.safetensors").Order(StringComparer.Ordinal)];
        string text = File.ReadAllText(index);
        for (int i = 0; i < shards.Length; i++)
        {
            Directory.CreateDirectory(At($"sharded/part{i}"));
            File.Move(shards[i], At($"sharded/part{i}/w.safetensors"));
            text = text.Replace(Path.GetFileName(shards[i]), $"part{i}/w.safetensors", StringComparison.Ordinal);
        }
        File.WriteAllText(index, text);
        ModelConverter.Convert(At("sharded"), At("m.safetensors"));
        using ModelFiles files = ModelFiles.Open(At("m.safetensors"));
        for (int i = 0; i < shards.Length; i++)
            Assert.Contains($"{Hash(At($"sharded/part{i}/w.safetensors"))}  part{i}/w.safetensors\n", files.Provenance!.SourceHashes);
    }

    [Fact]
    public void A_dry_run_checks_everything_and_writes_nothing()
    {
        ConversionSummary summary = ModelConverter.Convert(OneFile.Nano, At("m.safetensors"), new() { DryRun = true });
        Assert.Null(summary.WrittenBytes);
        Assert.Equal(["config.json", "spiece.model", "tokenizer_config.json"], summary.Parts);
        Assert.Empty(summary.Dropped);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void A_cancelled_conversion_leaves_nothing()
    {
        using CancellationTokenSource cancellationToken = new();
        Interruption interruption = new(cancellationToken);
        Assert.ThrowsAny<OperationCanceledException>(
            () => ModelConverter.Convert(OneFile.Nano, At("m.safetensors"), progress: interruption, cancellationToken: cancellationToken.Token));
        Assert.InRange(interruption.Last, 1e-6, 0.999);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void A_model_that_cannot_be_stored_so_is_refused_and_the_old_file_stays()
    {
        string source = OneFile.Replace(OneFile.Nano, At("large.safetensors"), "albert.pooler.weight", values => values[7] = 70000);
        File.WriteAllText(At("m.safetensors"), "old");
        CheckpointFormatException e = Assert.Throws<CheckpointFormatException>(
            () => ModelConverter.Convert(source, At("m.safetensors"), new() { Storage = WeightStorage.Float16 }));
        Assert.Contains("albert.pooler.weight: element 7 is 70000, too large for 16 bits", e.Message);
        Assert.Equal("old", File.ReadAllText(At("m.safetensors")));
        Assert.Equal(2, Directory.GetFileSystemEntries(_folder.Path).Length);
    }

    [Fact]
    public void Word_embeddings_beyond_16_bits_are_refused_in_int8_files_too()
    {
        string source = OneFile.Replace(OneFile.Nano, At("large.safetensors"), OneFile.WordEmbeddings, values => values[129] = -66000);
        CheckpointFormatException e = Assert.Throws<CheckpointFormatException>(
            () => ModelConverter.Convert(source, At("m.safetensors"), new() { Storage = WeightStorage.Int8 }));
        Assert.Contains($"{OneFile.WordEmbeddings}: element 129 is -66000, too large for 16 bits", e.Message);
        ModelConverter.Convert(source, At("m.safetensors"));
    }

    [Theory]
    [InlineData("albert.pooler.weight", TensorType.F32, float.NaN)]
    [InlineData("albert.pooler.weight", TensorType.F16, float.NaN)]
    [InlineData("predictions.bias", TensorType.F32, float.NegativeInfinity)]
    [InlineData("albert.encoder.albert_layer_groups.0.albert_layers.0.ffn.weight", TensorType.F32, float.PositiveInfinity)]
    public void Weights_that_are_not_finite_are_refused_in_every_form(string name, TensorType type, float value)
    {
        string source = OneFile.Replace(OneFile.Nano, At("bad.safetensors"), name, values => values[200] = value, type);
        foreach (WeightStorage storage in (WeightStorage[])[WeightStorage.Float32, WeightStorage.Float16, WeightStorage.Int8])
        {
            foreach (bool dryRun in (bool[])[false, true])
            {
                CheckpointFormatException e = Assert.Throws<CheckpointFormatException>(
                    () => ModelConverter.Convert(source, At("m.safetensors"), new() { Storage = storage, DryRun = dryRun }));
                Assert.Contains(FormattableString.Invariant($"{name}: element 200 is {value}"), e.Message);
            }
        }
        Assert.Contains("element 200", Assert.Throws<CheckpointFormatException>(() => ModelExporter.Export(source, At("out"))).Message);
        Assert.Single(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Theory]
    [InlineData(WeightStorage.Float32)]
    [InlineData(WeightStorage.Float16)]
    [InlineData(WeightStorage.Int8)]
    public void Doubles_that_single_precision_cannot_hold_are_refused_by_name(WeightStorage storage)
    {
        const string name = "albert.pooler.bias";
        string source = OneFile.Rewrite(OneFile.Nano, At("f64.safetensors"), add: (writer, tensor) =>
        {
            if (tensor.Name != name)
                return false;
            double[] values = new double[tensor.ElementCount];
            values[3] = 1e300;
            writer.Add(name, TensorType.F64, tensor.Shape.AsSpan(), System.Runtime.InteropServices.MemoryMarshal.AsBytes<double>(values).ToArray().AsMemory());
            return true;
        });
        CheckpointFormatException e = Assert.Throws<CheckpointFormatException>(
            () => ModelConverter.Convert(source, At("m.safetensors"), new() { Storage = storage }));
        Assert.Contains($"{name}: element 3 is 1E+300, expected a number that single precision holds", e.Message);
    }

    [Fact]
    public void Sources_that_are_no_models_are_refused_by_name()
    {
        Assert.Contains("there is no model", Refuse<FileNotFoundException>(At("none")));
        Assert.Contains("has no config.json", Refuse<CheckpointFormatException>(_folder.Path));
        _folder.Write("tf/model.ckpt-best.index", []);
        _folder.Write("tf/model.ckpt-best.data-00000-of-00001", []);
        foreach (string path in (string[])["tf", "tf/model.ckpt-best", "tf/model.ckpt-best.index", "tf/model.ckpt-best.data-00000-of-00001"])
            Assert.Contains("the index of a TensorFlow checkpoint", Refuse<CheckpointFormatException>(At(path)));
        Assert.Contains("posix", Refuse<CheckpointFormatException>(Path.Combine(OneFile.Formats, "torch-malicious-must-be-refused")));
        Assert.Contains(".safetensors", Assert.Throws<ArgumentException>(() => ModelConverter.Convert(OneFile.Nano, At("m.bin"))).Message);
    }

    [Theory]
    [InlineData("tf1-google-files-only", true)]
    [InlineData("tf1-pretraining", false)]
    public void A_TensorFlow_checkpoint_gives_the_bits_of_the_safetensors_of_the_same_weights(string name, bool isGoogles)
    {
        string source = Path.Combine(CheckpointFixtures.TensorFlow, name);
        ConversionSummary summary = ModelConverter.Convert(source, At("tf.safetensors"));
        Assert.Equal(isGoogles, summary.Remarks.Any(remark => remark.Contains("is read as the tanh form", StringComparison.Ordinal)));
        Assert.Contains(ModelFiles.SentencePieceModel, summary.Parts);
        Assert.Equal(OneFile.Weights(Path.Combine(OneFile.Formats, "safetensors-f32")), OneFile.Weights(At("tf.safetensors")));
        using ModelFiles files = ModelFiles.Open(At("tf.safetensors"));
        Assert.Equal(HiddenActivation.GeluTanh, files.ReadConfig().Activation);
    }

    [Fact]
    public void A_source_is_not_converted_onto_itself()
    {
        CopyFormat("safetensors-f32", "model");
        Directory.CreateSymbolicLink(At("link"), At("model"));
        string file = Path.Combine(At("model"), "model.safetensors");
        byte[] before = File.ReadAllBytes(file);
        foreach ((string source, string destination) in new[]
        {
            (file, file), (At("model"), file), (At("link"), file), (file, Path.Combine(At("link"), "model.safetensors")),
            (At("model"), Path.Combine(At("model"), "..", "model", "model.safetensors")),
        })
        {
            foreach (bool dryRun in (bool[])[false, true])
            {
                ArgumentException e = Assert.Throws<ArgumentException>(() => ModelConverter.Convert(source, destination, new() { DryRun = dryRun }));
                Assert.Equal($"{destination} is a file of the source: name another destination", e.Message);
            }
        }
        Assert.Equal(before, File.ReadAllBytes(file));
        ModelConverter.Convert(file, Path.Combine(At("model"), "other.safetensors"));
    }

    [Fact]
    public void A_destination_that_cannot_be_written_is_named_as_it_was_given()
    {
        string missing = At("none/m.safetensors");
        DirectoryNotFoundException e = Assert.Throws<DirectoryNotFoundException>(() => ModelConverter.Convert(OneFile.Nano, missing));
        Assert.Equal($"{missing}: there is no directory {At("none")}", e.Message);
        Directory.CreateDirectory(At("d.safetensors"));
        Assert.Equal($"{At("d.safetensors")} is a directory, expected a file's name", Assert.Throws<IOException>(() => ModelConverter.Convert(OneFile.Nano, At("d.safetensors"))).Message);
        Assert.Single(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void A_class_that_is_promised_and_not_there_is_remarked()
    {
        string source = At("source");
        Directory.CreateDirectory(source);
        File.Copy(Path.Combine(OneFile.Formats, "safetensors-no-prefix", "model.safetensors"), Path.Combine(source, "model.safetensors"));
        File.Copy(Path.Combine(OneFile.Formats, "safetensors-f32", "config.json"), Path.Combine(source, "config.json"));
        ConversionSummary summary = ModelConverter.Convert(source, At("m.safetensors"));
        Assert.Contains("the configuration names AlbertForPreTraining, whose tensors are not all there", summary.Remarks);
    }

    private string Refuse<TException>(string source)
        where TException : Exception
    {
        TException e = Assert.Throws<TException>(() => ModelConverter.Convert(source, At("m.safetensors")));
        Assert.False(File.Exists(At("m.safetensors")));
        return e.Message;
    }

    private void CopyFormat(string container, string name) => _folder.Copy(Path.Combine(OneFile.Formats, container), name);

    private static string Hash(string file) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)));

    private string At(string name) => Path.Combine(_folder.Path, name);

    private sealed class Interruption(CancellationTokenSource cancellationToken) : IProgress<double>
    {
        public double Last { get; private set; }

        public void Report(double value)
        {
            Last = value;
            cancellationToken.Cancel();
        }
    }
}
