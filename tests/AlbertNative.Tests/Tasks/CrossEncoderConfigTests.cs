using AlbertNative.Checkpoints;
using AlbertNative.Model;
using AlbertNative.Tests.Checkpoints;

namespace AlbertNative.Tests.Tasks;

/// <summary>Directories of cross-encoders: what their files say is done, and what is not supported is refused by name.</summary>
public sealed class CrossEncoderConfigTests : IDisposable
{
    private const string Identity = """{"model_type": "CrossEncoder", "activation_fn": "torch.nn.modules.linear.Identity"}""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("{}", null)]
    [InlineData("""{"sbert_ce_default_activation_function": null}""", null)]
    [InlineData("""{"sbert_ce_default_activation_function": "torch.nn.modules.linear.Identity"}""", ScoreFunction.None)]
    [InlineData("""{"sbert_ce_default_activation_function": "torch.nn.modules.activation.Sigmoid"}""", ScoreFunction.Sigmoid)]
    [InlineData("""{"sentence_transformers": {"activation_fn": "torch.nn.modules.linear.Identity", "version": "4.0.1"}}""", ScoreFunction.None)]
    [InlineData("""{"sentence_transformers": {"version": "4.0.1"}, "sbert_ce_default_activation_function": "torch.nn.Identity"}""", ScoreFunction.None)]
    [InlineData("""{"sentence_transformers": {"activation_fn": "torch.nn.Sigmoid"}, "sbert_ce_default_activation_function": "torch.nn.Identity"}""", ScoreFunction.Sigmoid)]
    public void Before_version_6_the_configuration_has_the_activation(string config, object? expected)
    {
        _folder.Write("config.json", config);
        Assert.Equal((ScoreFunction?)expected, Read().Activation);
    }

    [Fact]
    public void Since_version_6_it_has_its_own_file()
    {
        _folder.Write("config.json", """{"sbert_ce_default_activation_function": "torch.nn.Sigmoid"}""");
        _folder.Write("config_sentence_transformers.json", Identity);
        _folder.Write("modules.json", """[{"path": "", "type": "sentence_transformers.base.modules.transformer.Transformer"}]""");
        _folder.Write("sentence_bert_config.json", """{"transformer_task": "sequence-classification", "module_output_name": "scores", "max_seq_length": 40}""");
        Assert.Equal(new CrossEncoderConfig(ScoreFunction.None, 40), Read());
    }

    [Theory]
    [InlineData("config.json", """{"sbert_ce_default_activation_function": "torch.nn.modules.activation.Tanh"}""", "torch.nn.modules.activation.Tanh is not supported")]
    [InlineData("config.json", """{"sbert_ce_default_activation_function": "evil.Sigmoid"}""", "evil.Sigmoid is not supported")]
    [InlineData("config.json", """{"sentence_transformers": {"activation_fn": 3}}""", "\"activation_fn\": expected a string")]
    [InlineData("config_sentence_transformers.json", """{"model_type": "CrossEncoder", "activation_fn": "torch.nn.modules.activation.Softmax"}""", "Softmax is not supported")]
    [InlineData("config_sentence_transformers.json", """{"model_type": "CrossEncoder", "default_prompt_name": "web"}""", "\"web\"")]
    [InlineData("config_sentence_transformers.json", "[", "not JSON")]
    [InlineData("modules.json", """[{"path": "", "type": "sentence_transformers.models.Transformer"}, {"path": "1", "type": "sentence_transformers.models.Dense"}]""", "Transformer, Dense is not supported")]
    [InlineData("modules.json", """[{"path": "", "type": "sentence_transformers.cross_encoder.modules.LogitScore"}]""", "LogitScore is not supported")]
    [InlineData("sentence_bert_config.json", """{"transformer_task": "text-generation"}""", "text-generation")]
    [InlineData("sentence_bert_config.json", """{"module_output_name": "token_embeddings"}""", "token_embeddings")]
    public void What_is_not_supported_is_refused_by_name(string file, string content, string message)
    {
        if (file != "config.json")
            _folder.Write("config_sentence_transformers.json", Identity);
        _folder.Write(file, content);
        CheckpointFormatException e = Assert.Throws<CheckpointFormatException>(Read);
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.Contains(file, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_its_files_say_is_done_and_travels_in_one_file()
    {
        Nano.SaveTiny(_folder.Path, Nano.Tiny(labels: 1), ModelArchitecture.SequenceClassification);
        _folder.Write("config_sentence_transformers.json", Identity);
        _folder.Write("modules.json", """[{"path": "", "type": "sentence_transformers.base.modules.transformer.Transformer"}]""");
        string file = Path.Combine(_folder.Path, "one.safetensors");
        ModelConverter.Convert(_folder.Path, file);
        foreach (string path in (string[])[_folder.Path, file])
        {
            using Reranker reranker = Reranker.Load(path);
            Assert.Equal(reranker.Score("a", "b", new() { Function = ScoreFunction.None }), reranker.Score("a", "b"));
            CheckpointFormatException e = Assert.Throws<CheckpointFormatException>(() => new TextEmbedder(reranker.Model));
            Assert.Contains("the model is a CrossEncoder", e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_fault_of_these_files_is_one_for_this_task_alone()
    {
        Nano.SaveTiny(_folder.Path, Nano.Tiny(labels: 1), ModelArchitecture.SequenceClassification);
        _folder.Write("config_sentence_transformers.json", """{"model_type": "CrossEncoder", "activation_fn": "torch.nn.modules.activation.Tanh"}""");
        using TextModel model = TextModel.Open(_folder.Path);
        Assert.Single(new TextClassifier(model).ClassifyPair("a", "b"));
        Assert.Throws<CheckpointFormatException>(() => new Reranker(model));
        Assert.Throws<CheckpointFormatException>(() => ModelConverter.Convert(_folder.Path, Path.Combine(_folder.Path, "one.safetensors")));
    }

    private CrossEncoderConfig Read()
    {
        using ModelFiles files = ModelFiles.Open(_folder.Path);
        return CrossEncoderConfig.Read(files);
    }
}
