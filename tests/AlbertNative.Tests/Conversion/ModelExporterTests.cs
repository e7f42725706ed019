using System.Text;
using AlbertNative.Checkpoints;
using AlbertNative.Tests.Checkpoints;

namespace AlbertNative.Tests.Conversion;

public sealed class ModelExporterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void From_a_directory_to_a_file_and_back_every_bit_stays()
    {
        ModelExporter.Export(OneFile.Nano, At("first"));
        Assert.Equal(
            ["config.json", "model.safetensors", "spiece.model", "tokenizer.json", "tokenizer_config.json"],
            Directory.GetFiles(At("first")).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal));
        ModelConverter.Convert(At("first"), At("again.safetensors"));
        ModelExporter.Export(At("again.safetensors"), At("second"));
        foreach (string file in Directory.GetFiles(At("first")))
            Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(At("second"), Path.GetFileName(file))));
        using Checkpoint weights = Checkpoint.Open(At("second"));
        Assert.Equal([KeyValuePair.Create("format", "pt")], weights.Metadata);
        Assert.Equal(OneFile.Weights(OneFile.Nano), OneFile.Weights(At("second")));
    }

    [Theory]
    [InlineData("safetensors-f16", TensorType.F16)]
    [InlineData("torch-bf16", TensorType.BF16)]
    [InlineData("safetensors-sharded", TensorType.F32)]
    public void Weights_keep_their_type_and_bits(string container, TensorType type)
    {
        string source = Path.Combine(OneFile.Formats, container);
        ModelExporter.Export(source, At("out"));
        using Checkpoint weights = Checkpoint.Open(At("out"));
        Assert.All(weights.Tensors, tensor => Assert.Equal(type, tensor.Type));
        SortedDictionary<string, float[]> expected = OneFile.Weights(source);
        Assert.All(OneFile.Weights(At("out")), weight => Assert.Equal(expected[weight.Key], weight.Value));
    }

    [Fact]
    public void A_directory_in_use_stays_as_it_is()
    {
        _folder.Write("out/mine.txt", "mine"u8);
        Assert.Contains("exists", Assert.Throws<IOException>(() => ModelExporter.Export(OneFile.Nano, At("out"))).Message);
        Assert.Equal(["mine.txt"], Directory.GetFileSystemEntries(At("out")).Select(path => Path.GetFileName(path)));
        Directory.CreateDirectory(At("empty"));
        ModelExporter.Export(OneFile.Nano, At("empty") + Path.DirectorySeparatorChar);
        Assert.True(File.Exists(Path.Combine(At("empty"), "config.json")));
    }

    [Fact]
    public void A_cancelled_export_leaves_nothing()
    {
        Assert.ThrowsAny<OperationCanceledException>(
            () => ModelExporter.Export(OneFile.Nano, At("out"), cancellationToken: new CancellationToken(canceled: true)));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void Sentence_transformers_keep_their_modules_whatever_their_folders()
    {
        ModelExporter.Export(OneFile.Nano, At("st/0_Transformer"));
        _folder.Write("st/0_Transformer/sentence_bert_config.json", """{"max_seq_length": 64, "do_lower_case": false}"""u8);
        _folder.Write("st/1_Pooling/config.json", """{"word_embedding_dimension": 192, "pooling_mode_max_tokens": true}"""u8);
        _folder.Write("st/modules.json", """
            [{"idx": 0, "name": "0", "path": "0_Transformer", "type": "sentence_transformers.models.Transformer"},
             {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
             {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"}]
            """u8);
        ConversionSummary summary = ModelConverter.Convert(At("st"), At("st.safetensors"));
        Assert.Equal(
            ["1_Pooling/config.json", "config.json", "modules.json", "sentence_bert_config.json", "spiece.model", "tokenizer.json", "tokenizer_config.json"],
            summary.Parts);
        ModelExporter.Export(At("st.safetensors"), At("out"));

        TextModelOptions options = new() { Tokenizer = new() { Semantics = Tokenization.TokenizerSemantics.Fast } };
        float[][] vectors = Array.ConvertAll<string, float[]>(["st", "st.safetensors", "out"], name =>
        {
            using TextEmbedder embedder = TextEmbedder.Load(At(name), modelOptions: options);
            Assert.Equal(64, embedder.MaxLength);
            return embedder.Embed("in the beginning");
        });
        Assert.Equal(vectors[0], vectors[1]);
        Assert.Equal(vectors[0], vectors[2]);
        Assert.Equal(1, System.Numerics.Tensors.TensorPrimitives.Norm(vectors[0]), 5e-6f);
        Assert.Contains("\"path\": \"\"", Encoding.UTF8.GetString(File.ReadAllBytes(Path.Combine(At("out"), "modules.json"))));
    }

    [Fact]
    public void A_pooling_without_a_folder_does_not_replace_the_transformers_configuration()
    {
        ModelExporter.Export(OneFile.Nano, At("st/0_Transformer"));
        _folder.Write("st/config.json", """{"word_embedding_dimension": 192, "pooling_mode_max_tokens": true}"""u8);
        _folder.Write("st/modules.json", """
            [{"path": "0_Transformer", "type": "sentence_transformers.models.Transformer"},
             {"path": "", "type": "sentence_transformers.models.Pooling"}]
            """u8);
        ConversionSummary summary = ModelConverter.Convert(At("st"), At("st.safetensors"));
        Assert.Contains("1_Pooling/config.json", summary.Parts);
        ModelExporter.Export(At("st.safetensors"), At("out"));
        float[][] vectors = Array.ConvertAll<string, float[]>(["st", "st.safetensors", "out"], name =>
        {
            using TextEmbedder embedder = TextEmbedder.Load(At(name));
            return embedder.Embed("in the beginning");
        });
        Assert.Equal(vectors[0], vectors[1]);
        Assert.Equal(vectors[0], vectors[2]);
    }

    [Fact]
    public void A_checkpoint_that_is_none_of_the_modules_is_refused_by_name()
    {
        ModelExporter.Export(OneFile.Nano, At("st"));
        ModelExporter.Export(OneFile.Nano, At("st/0_Transformer"));
        _folder.Write("st/1_Pooling/config.json", """{"pooling_mode_max_tokens": true}"""u8);
        _folder.Write("st/modules.json", """
            [{"path": "0_Transformer", "type": "sentence_transformers.models.Transformer"},
             {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}]
            """u8);
        string file = Path.Combine(At("st"), "model.safetensors");
        string expected = $"has its Transformer in 0_Transformer, so that {file} is none of its modules: name the directory {At("st")}";
        Assert.Contains(expected, Assert.Throws<CheckpointFormatException>(() => TextEmbedder.Load(file)).Message);
        Assert.Contains(expected, Assert.Throws<CheckpointFormatException>(() => ModelConverter.Convert(file, At("m.safetensors"))).Message);
        TextEmbedder.Load(At("st")).Dispose();
    }

    private string At(string name) => Path.Combine(_folder.Path, name);
}
