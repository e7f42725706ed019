using System.Globalization;
using AlbertNative.Checkpoints;
using AlbertNative.Model;
using AlbertNative.Tests.Checkpoints;

namespace AlbertNative.Tests.Tasks;

/// <summary>sentence-transformers' Dense module: its formula, and what its files must not say.</summary>
public sealed class DenseModuleTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // W = [1 2; 3 4; 5 6], b = [0.5, 0, -20], x = [2, -1].
    [Theory]
    [InlineData("torch.nn.modules.linear.Identity", 0.5f, 2f, -16f)]
    [InlineData("torch.nn.modules.activation.ReLU", 0.5f, 2f, 0f)]
    [InlineData("torch.nn.modules.activation.Tanh", 0.46211716f, 0.9640276f, -1f)]
    [InlineData("torch.nn.modules.activation.Sigmoid", 0.62245935f, 0.8807971f, 1.12535155e-07f)]
    [InlineData("torch.nn.modules.activation.SiLU", 0.31122967f, 1.7615942f, -1.8005625e-06f)]
    public void Applies_weights_bias_and_activation(string activation, params float[] expected)
    {
        WriteWeights();
        DenseModule dense = Read($$"""{"in_features": 2, "out_features": 3, "bias": true, "activation_function": "{{activation}}"}""");
        float[] actual = dense.Apply([2, -1]);
        Assert.Equal((2, 3), (dense.InputSize, dense.OutputSize));
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], Math.Abs(expected[i]) * 1e-6f);
    }

    [Fact]
    public void What_the_file_does_not_say_is_the_modules_default()
    {
        WriteWeights();
        Assert.Equal(MathF.Tanh(0.5f), Read("""{"in_features": 2, "out_features": 3}""").Apply([2, -1])[0], 1e-6f);
        Assert.Equal(0, Read("""{"in_features": 2, "out_features": 3, "bias": false, "activation_function": null}""").Apply([2, -1])[0]);
    }

    [Fact]
    public void The_input_is_added_where_the_module_says_so()
    {
        WriteWeights(("residual.weight", [3, 2], [1, 0, 0, 1, 1, 1]));
        const string Residual = "\"use_residual\": true, \"bias\": false, \"activation_function\": null";
        Assert.Equal([2, 1, 5], Read($$"""{"in_features": 2, "out_features": 3, {{Residual}}}""").Apply([2, -1]));
        Write([("linear.weight", [2, 2], [1, 2, 3, 4])]);
        Assert.Equal([2, 1], Read($$"""{"in_features": 2, "out_features": 2, {{Residual}}}""").Apply([2, -1]));
    }

    [Theory]
    [InlineData("""{"out_features": 3}""", "in_features")]
    [InlineData("""{"in_features": 2, "out_features": 2147483647}""", "linear.weight F32 [3, 2]: expected [2147483647, 2]")]
    [InlineData("""{"in_features": 2, "out_features": 3, "activation_function": "os.system"}""", "the activation os.system is not supported")]
    [InlineData("""{"in_features": 2, "out_features": 3, "module_input_name": "token_embeddings"}""", "token_embeddings")]
    [InlineData("""{"in_features": 2, "out_features": 3, "use_residual": true}""", "has no residual.weight")]
    public void What_does_not_fit_is_refused_by_name(string config, string message)
    {
        WriteWeights();
        Assert.Contains(message, Assert.Throws<CheckpointFormatException>(() => Read(config)).Message);
    }

    [Fact]
    public void Missing_weights_are_named()
    {
        CheckpointFormatException e = Assert.Throws<CheckpointFormatException>(() => Read("""{"in_features": 2, "out_features": 3}"""));
        Assert.Contains("2_Dense", e.Message);
        Assert.Contains("neither model.safetensors nor pytorch_model.bin", e.Message);
    }

    [Fact]
    public void A_directory_with_a_dense_module_embeds_through_it_and_is_not_converted_in_silence()
    {
        _folder.Copy(Nano.Folder);
        _folder.Write("modules.json", """
            [{"path": "", "type": "sentence_transformers.models.Transformer"},
             {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
             {"path": "2_Dense", "type": "sentence_transformers.models.Dense"}]
            """u8);
        _folder.Write("1_Pooling/config.json", """{"pooling_mode": "mean"}"""u8);
        _folder.Write("2_Dense/config.json", """{"in_features": 192, "out_features": 1, "bias": false, "activation_function": null}"""u8);
        Write([("linear.weight", [1, 192], [.. Enumerable.Repeat(1f, 192)])]);
        using TextEmbedder embedder = TextEmbedder.Load(_folder.Path);
        using TextEmbedder plain = TextEmbedder.Load(Nano.Path);
        Assert.Equal(1, embedder.Dimension);
        Assert.Equal(plain.Embed("the king").Sum(), embedder.Embed("the king").Single(), 1e-4f);
        Assert.Contains("192, those before it make 384", Assert.Throws<CheckpointFormatException>(() =>
        {
            _folder.Write("1_Pooling/config.json", """{"pooling_mode": ["mean", "cls"]}"""u8);
            TextEmbedder.Load(_folder.Path).Dispose();
        }).Message);
        _folder.Write("1_Pooling/config.json", """{"pooling_mode": "mean"}"""u8);
        CheckpointFormatException e = Assert.Throws<CheckpointFormatException>(() =>
            ModelConverter.Convert(_folder.Path, Path.Combine(_folder.Path, "m.safetensors")));
        Assert.Contains("Dense", e.Message);
    }

    private DenseModule Read(string config)
    {
        _folder.Write("2_Dense/config.json", config);
        using ModelFiles files = ModelFiles.Open(_folder.Path);
        return DenseModule.Read(files, "2_Dense");
    }

    private void WriteWeights(params (string Name, int[] Shape, float[] Values)[] more) => Write(
    [
        ("linear.weight", [3, 2], [1, 2, 3, 4, 5, 6]), ("linear.bias", [3], [0.5f, 0, -20]), .. more,
    ]);

    private void Write((string Name, int[] Shape, float[] Values)[] tensors)
    {
        List<string> entries = [];
        List<byte> data = [];
        foreach ((string name, int[] shape, float[] values) in tensors)
        {
            int start = data.Count;
            data.AddRange(SafetensorsFile.Floats(values));
            entries.Add(string.Create(
                CultureInfo.InvariantCulture,
                $$"""  "{{name}}": {"dtype": "F32", "shape": [{{string.Join(", ", shape)}}], "data_offsets": [{{start}}, {{data.Count}}]}"""));
        }
        _folder.Write("2_Dense/model.safetensors", SafetensorsFile.Bytes($"{{{string.Join(",", entries).TrimStart()}}}", [.. data]));
    }
}
