using System.Text.Json;
using AlbertNative.Checkpoints;
using AlbertNative.Cli;
using AlbertNative.Model;
using AlbertNative.Model.TensorFlow;
using AlbertNative.Testing;
using AlbertNative.Tests.Checkpoints;

namespace AlbertNative.Tests.Model;

/// <summary>TensorFlow's variables under Hugging Face's names, and Google's configuration in Hugging Face's form.</summary>
public sealed class TensorFlowModelTests
{
    private static readonly string Folder = CheckpointFixtures.TensorFlow;

    [Theory]
    [MemberData(nameof(TensorFlowFormatsTests.Good), MemberType = typeof(TensorFlowFormatsTests))]
    public void Variables_have_the_names_and_bits_of_Hugging_Faces_tensors(string name)
    {
        string directory = Path.Combine(Folder, name);
        using ModelFiles model = ModelFiles.OpenPath(directory);
        Assert.IsType<TensorFlowModel>(model);
        using JsonDocument expected = JsonDocument.Parse(File.ReadAllText(Path.Combine(directory, "expected.json")));
        JsonElement tensors = expected.RootElement.GetProperty("tensors");
        Assert.Equal(tensors.EnumerateObject().Select(t => t.Name).Order(), model.Checkpoint.Tensors.Select(t => t.Name).Order());
        foreach (CheckpointTensor tensor in model.Checkpoint.Tensors)
        {
            Assert.Equal(tensors.GetProperty(tensor.Name).GetProperty("shape").EnumerateArray().Select(d => d.GetInt64()), tensor.Shape);
            float[] values = new float[tensor.ElementCount];
            SyntheticCheckpoint.Fill(tensor.Name, tensor.Shape.AsSpan(), 0, values);
            byte[] written = new byte[tensor.ByteCount];
            ElementConversion.FromSingle(tensor.Type, values, written);
            byte[] bits = new byte[tensor.ByteCount];
            tensor.CopyBytesTo(0, bits);
            Assert.True(written.AsSpan().SequenceEqual(bits), $"{tensor}");
        }
        using JsonDocument config = JsonDocument.Parse(model.Read(ModelFiles.Config)!);
        if (config.RootElement.TryGetProperty("architectures", out JsonElement architectures))
            Assert.Equal(expected.RootElement.GetProperty("architecture").GetString(), architectures[0].GetString());
    }

    [Theory]
    [InlineData("tf1-google-files-only", "albert", "AlbertForPreTraining", ModelFiles.SentencePieceModel, "30k-clean.model")]
    [InlineData("tf1-bert", "bert", "BertForPreTraining", ModelFiles.WordPieceVocabulary, "vocab.txt")]
    public void What_Google_publishes_is_a_whole_model(string name, string type, string architecture, string part, string vocabulary)
    {
        using ModelFiles model = ModelFiles.OpenPath(Path.Combine(Folder, name));
        using JsonDocument config = JsonDocument.Parse(model.Read(ModelFiles.Config)!);
        Assert.Equal(type, config.RootElement.GetProperty("model_type").GetString());
        Assert.Equal(architecture, Assert.Single(config.RootElement.GetProperty("architectures").EnumerateArray()).GetString());
        Assert.Equal("gelu_new", config.RootElement.GetProperty("hidden_act").GetString());
        Assert.Equal(2, config.RootElement.GetProperty("type_vocab_size").GetInt32());
        Assert.Contains("is read as the tanh form", model.Remark);
        Assert.Equal(vocabulary, Path.GetFileName(model.FileOf(part)));
        Assert.Null(model.FileOf("tokenizer.json"));
        Assert.Null(model.Read("tokenizer_config.json"));
    }

    [Fact]
    public void A_configuration_of_Hugging_Face_decides()
    {
        using ModelFiles model = ModelFiles.OpenPath(Path.Combine(Folder, "tf1-pretraining"));
        Assert.Null(model.Remark);
        Assert.Equal(File.ReadAllBytes(Path.Combine(Folder, "tf1-pretraining", "config.json")), model.Read(ModelFiles.Config));
    }

    [Fact]
    public void A_variable_of_something_else_is_refused() => Assert.Contains("is no variable of an ALBERT", Assert.Throws<CheckpointFormatException>(
        () => ModelFiles.OpenPath(Path.Combine(Folder, "tf1-damaged-tensor-unknown-must-be-refused"))).Message);

    private static ModelFiles LoadVariables(TemporaryFolder folder, string config, params ReadOnlySpan<(string Name, long[] Shape)> variables)
    {
        List<(byte[], byte[])> entries = [];
        MemoryStream data = new();
        foreach ((string name, long[] shape) in variables.ToArray().OrderBy(v => v.Name, StringComparer.Ordinal))
        {
            byte[] bytes = new byte[4 * shape.Aggregate(1L, (count, d) => count * d)];
            entries.Add((TensorFlowTable.Name(name), TensorFlowTable.Entry(shape, data.Length, bytes)));
            data.Write(bytes);
        }
        folder.Write("m.data-00000-of-00001", data.ToArray());
        folder.Write("m.index", TensorFlowTable.Index([.. entries]));
        if (config.Length > 0)
            folder.Write("albert_config.json", config);
        return ModelFiles.OpenPath(folder.Path);
    }

    private const string Layer = "bert/encoder/transformer/group_0/inner_group_0/";

    [Fact]
    public void A_missing_projection_of_equal_sizes_is_the_identity()
    {
        using TemporaryFolder folder = new();
        using ModelFiles model = LoadVariables(folder, """{"hidden_act":"relu"}""",
            ("bert/embeddings/word_embeddings", [5, 3]), (Layer + "attention_1/self/query/kernel", [3, 3]));
        Assert.Contains("the projection is the identity", model.Remark);
        Assert.True(model.Checkpoint.TryGet("albert.encoder.embedding_hidden_mapping_in.weight", out CheckpointTensor? weight));
        Assert.Equal([1f, 0, 0, 0, 1, 0, 0, 0, 1], CheckpointComparison.Floats(weight));
        Assert.True(model.Checkpoint.TryGet("albert.encoder.embedding_hidden_mapping_in.bias", out CheckpointTensor? bias));
        Assert.Equal(new float[3], CheckpointComparison.Floats(bias));
        using JsonDocument config = JsonDocument.Parse(model.Read(ModelFiles.Config)!);
        Assert.Equal("relu", config.RootElement.GetProperty("hidden_act").GetString());
        Assert.Equal("AlbertModel", config.RootElement.GetProperty("architectures")[0].GetString());
    }

    [Fact]
    public void A_missing_projection_of_other_sizes_stays_missing()
    {
        using TemporaryFolder folder = new();
        using ModelFiles model = LoadVariables(folder, "",
            ("bert/embeddings/word_embeddings", [5, 2]), (Layer + "attention_1/self/query/kernel", [3, 3]));
        Assert.False(model.Checkpoint.TryGet("albert.encoder.embedding_hidden_mapping_in.weight", out _));
        Assert.Null(model.Read(ModelFiles.Config));
    }

    [Fact]
    public void Heads_slots_and_counters_are_told_apart()
    {
        using TemporaryFolder folder = new();
        using ModelFiles model = LoadVariables(folder, "{}",
            (Layer + "ffn_1/intermediate/dense/kernel", [3, 4]), (Layer + "ffn_1/intermediate/dense/kernel/adam_m", [3, 4]),
            (Layer + "ffn_1/intermediate/dense/kernel/LAMBOptimizer/adam_v", [3, 4]), ("global_step", []), ("beta1_power", []),
            ("output_weights", [5, 3]), ("output_bias", [5]), ("output_bias/Adam_1", [5]));
        Assert.Equal(["albert.encoder.albert_layer_groups.0.albert_layers.0.ffn.weight", "classifier.bias", "classifier.weight"],
            model.Checkpoint.Tensors.Select(t => t.Name).Order(StringComparer.Ordinal));
        using JsonDocument config = JsonDocument.Parse(model.Read(ModelFiles.Config)!);
        Assert.Equal(5, config.RootElement.GetProperty("num_labels").GetInt32());
        Assert.Equal("AlbertForTokenClassification", config.RootElement.GetProperty("architectures")[0].GetString());
    }

    [Theory]
    [InlineData("start_logits/dense/kernel", "google-research's head for SQuAD 2")]
    [InlineData(Layer + "ffn_1/intermediate/dense/gamma", "is no variable of an ALBERT")]
    [InlineData("bert/encoder/transformer/group_00/inner_group_0/LayerNorm/beta", "is no variable")]
    [InlineData("bert/encoder/transformer/group_0/inner_group_99999/LayerNorm/beta", "is no variable")]
    [InlineData("bert/encoder/transformer/group_0/LayerNorm/beta", "is no variable")]
    [InlineData("bert/pooler/dense/kernel/a/b/c", "is no variable")]
    [InlineData("module/bert/pooler/dense/kernel", "is no variable")]
    public void A_variable_without_a_place_is_refused_by_name(string variable, string message)
    {
        using TemporaryFolder folder = new();
        Assert.Contains(message, Assert.Throws<CheckpointFormatException>(
            () => LoadVariables(folder, "", (Layer + "LayerNorm/gamma", [3]), (variable, [3, 3]))).Message);
    }

    [Fact]
    public void Bad_configurations_and_kernels_are_refused()
    {
        foreach (string config in (string[])["[]", "{", "\"gelu\"", """{"\uD800":1}""", """{"hidden_act":"\uD800"}"""])
        {
            using TemporaryFolder folder = new();
            Assert.Throws<CheckpointFormatException>(() => LoadVariables(folder, config, (Layer + "LayerNorm/gamma", [3])));
        }
        using TemporaryFolder other = new();
        Assert.Contains("a kernel has 2", Assert.Throws<CheckpointFormatException>(
            () => LoadVariables(other, "", (Layer + "attention_1/self/query/kernel", [9]))).Message);
        Assert.Contains("neither an ALBERT nor a BERT", Assert.Throws<CheckpointFormatException>(
            () => LoadVariables(other, "", ("conv1/kernel", [9]))).Message);
    }
}
