using System.Text;
using System.Text.Json;
using AlbertNative.Checkpoints;
using AlbertNative.Model;

namespace AlbertNative.Tests.Model;

public sealed class ModelConfigTests
{
    [Fact]
    public void Absent_keys_have_the_defaults_of_transformers()
    {
        ModelConfig config = Parse("{}");
        Assert.Equal(
            (30000, 128, 4096, 12, 1, 1, 64, 16384, 512, 2),
            (config.VocabularySize, config.EmbeddingSize, config.HiddenSize, config.LayerCount, config.GroupCount,
                config.InnerGroupCount, config.HeadCount, config.IntermediateSize, config.MaxPositionCount,
                config.TypeVocabularySize));
        Assert.Equal(HiddenActivation.GeluTanh, config.Activation);
        Assert.Equal(1e-12, config.LayerNormEpsilon);
        Assert.Equal((0, 2, 3), (config.PadTokenId, config.BosTokenId, config.EosTokenId));
        Assert.Equal(["LABEL_0", "LABEL_1"], config.Labels);
        Assert.Null(config.ProblemType);
        Assert.Equal(ModelArchitecture.Model, config.DefaultArchitecture);
    }

    [Fact]
    public void Keys_are_read()
    {
        ModelConfig config = Parse("""
            {"vocab_size": 97, "embedding_size": 16, "hidden_size": 36, "num_hidden_layers": 6, "num_hidden_groups": 3,
             "inner_group_num": 2, "num_attention_heads": 4, "intermediate_size": 64, "hidden_act": "silu",
             "max_position_embeddings": 40, "type_vocab_size": 1, "layer_norm_eps": 0.001, "pad_token_id": null,
             "bos_token_id": 5, "eos_token_id": null, "classifier_dropout_prob": 0, "problem_type": "regression",
             "architectures": ["AlbertForMaskedLM"], "model_type": "albert", "unknown": [{"a": [1, {}]}]}
            """);
        Assert.Equal((97, 16, 36, 6, 3, 2, 4, 64, 40, 1),
            (config.VocabularySize, config.EmbeddingSize, config.HiddenSize, config.LayerCount, config.GroupCount,
                config.InnerGroupCount, config.HeadCount, config.IntermediateSize, config.MaxPositionCount,
                config.TypeVocabularySize));
        Assert.Equal(HiddenActivation.Silu, config.Activation);
        Assert.Equal(0.001, config.LayerNormEpsilon);
        Assert.Equal((null, 5, null), (config.PadTokenId, config.BosTokenId, config.EosTokenId));
        Assert.Equal(ProblemType.Regression, config.ProblemType);
        Assert.Equal(ModelArchitecture.MaskedLM, config.DefaultArchitecture);
        Assert.Equal(9, config.HeadSize);
        Assert.Equal(12, config.StepCount);
    }

    [Theory]
    [InlineData("gelu", HiddenActivation.Gelu)]
    [InlineData("gelu_new", HiddenActivation.GeluTanh)]
    [InlineData("gelu_pytorch_tanh", HiddenActivation.GeluPyTorchTanh)]
    [InlineData("relu", HiddenActivation.Relu)]
    [InlineData("silu", HiddenActivation.Silu)]
    [InlineData("tanh", HiddenActivation.Tanh)]
    [InlineData("swish", HiddenActivation.Silu)]
    [InlineData("gelu_python", HiddenActivation.Gelu)]
    [InlineData("gelu_python_tanh", HiddenActivation.GeluTanh)]
    public void Activations_are_known_by_their_names(string name, HiddenActivation activation) =>
        Assert.Equal(activation, Parse($$"""{"hidden_act": "{{name}}"}""").Activation);

    [Theory]
    [InlineData(12, 1, "000000000000")]
    [InlineData(12, 3, "000011112222")]
    [InlineData(6, 6, "012345")]
    // transformers takes the whole part of layer / (layers / groups), which need not be a whole number.
    [InlineData(5, 2, "00011")]
    [InlineData(7, 3, "0001122")]
    public void Layers_find_their_group(int layers, int groups, string expected)
    {
        ModelConfig config = new() { LayerCount = layers, GroupCount = groups };
        Assert.Equal(expected, string.Concat(Enumerable.Range(0, layers).Select(config.GroupOf)));
        Assert.Throws<ArgumentOutOfRangeException>(() => config.GroupOf(layers));
    }

    [Theory]
    [InlineData("""{"num_labels": 3}""", "LABEL_0 LABEL_1 LABEL_2")]
    [InlineData("""{"id2label": {"1": "b", "0": "a"}}""", "a b")]
    [InlineData("""{"id2label": {"1": "b", "0": "a"}, "num_labels": 2, "label2id": {"a": 0, "b": 1}}""", "a b")]
    [InlineData("""{"id2label": null, "label2id": {"x": 1, "y": 0}}""", "y x")]
    [InlineData("""{"id2label": {"0": "same", "1": "same"}, "label2id": {"same": 1}}""", "same same")]
    [InlineData("""{"id2label": {"0": "a", "1": "b"}, "label2id": {"LABEL_0": 0, "LABEL_1": 1}}""", "a b")]
    [InlineData("""{"id2label": {"0": "a b"}, "label2id": {"a\u0020b": 0}}""", "a b")]
    public void Labels_come_from_whichever_key_holds_them(string json, string expected) =>
        Assert.Equal(expected, string.Join(' ', Parse(json).Labels));

    [Theory]
    [InlineData("""{"vocab_size": "30000"}""", "vocab_size")]
    [InlineData("""{"vocab_size": 3e4}""", "vocab_size")]
    [InlineData("""{"vocab_size": 4294967296}""", "vocab_size")]
    [InlineData("""{"vocab_size": null}""", "vocab_size")]
    [InlineData("""{"vocab_size": 0}""", "vocab_size")]
    [InlineData("""{"hidden_size": -768}""", "hidden_size")]
    [InlineData("""{"hidden_size": 100, "num_attention_heads": 12}""", "num_attention_heads")]
    [InlineData("""{"num_hidden_groups": 13}""", "num_hidden_groups")]
    [InlineData("""{"num_hidden_layers": 1000000}""", "num_hidden_layers")]
    [InlineData("""{"vocab_size": 2000000000}""", "vocab_size")]
    [InlineData("""{"hidden_size": 1048576, "intermediate_size": 1048576}""", "intermediate_size")]
    [InlineData("""{"hidden_act": "mish"}""", "hidden_act")]
    [InlineData("""{"hidden_act": null}""", "hidden_act")]
    [InlineData("""{"hidden_act": 1}""", "hidden_act")]
    [InlineData("""{"layer_norm_eps": 0}""", "layer_norm_eps")]
    [InlineData("""{"layer_norm_eps": 1e999}""", "layer_norm_eps")]
    [InlineData("""{"layer_norm_eps": "1e-12"}""", "layer_norm_eps")]
    [InlineData("""{"pad_token_id": 30000}""", "pad_token_id")]
    [InlineData("""{"model_type": "roberta"}""", "model_type")]
    [InlineData("""{"model_type": "bert", "is_decoder": true}""", "is_decoder")]
    [InlineData("""{"model_type": "bert", "add_cross_attention": true}""", "add_cross_attention")]
    [InlineData("""{"model_type": "bert", "position_embedding_type": "relative_key"}""", "position_embedding_type")]
    [InlineData("""{"classifier_dropout_prob": 1e400}""", "classifier_dropout_prob")]
    [InlineData("""{"hidden_dropout_prob": 1}""", "hidden_dropout_prob")]
    [InlineData("""{"initializer_range": -0.02}""", "initializer_range")]
    [InlineData("""{"position_embedding_type": "relative_key"}""", "position_embedding_type")]
    [InlineData("""{"problem_type": "ranking"}""", "problem_type")]
    [InlineData("""{"tie_word_embeddings": "yes"}""", "tie_word_embeddings")]
    [InlineData("""{"pruned_heads": {"0": [1]}}""", "pruned_heads")]
    [InlineData("""{"architectures": "AlbertModel"}""", "architectures")]
    [InlineData("""{"num_labels": 0}""", "num_labels")]
    [InlineData("""{"num_labels": 2000000000}""", "num_labels")]
    [InlineData("""{"id2label": {"0": "a", "2": "b"}}""", "id2label")]
    [InlineData("""{"id2label": {"0": "a", "x": "b"}}""", "id2label")]
    [InlineData("""{"id2label": {"0": "a", "00": "b"}}""", "id2label")]
    [InlineData("""{"id2label": {"0": 5}}""", "id2label")]
    [InlineData("""{"id2label": {}}""", "id2label")]
    [InlineData("""{"id2label": ["a"]}""", "id2label")]
    [InlineData("""{"id2label": {"0": "a"}, "num_labels": 2}""", "num_labels")]
    [InlineData("""{"id2label": {"0": "a", "1": "b"}, "label2id": {"a": 1, "b": 0}}""", "label2id")]
    [InlineData("""{"id2label": {"0": "a"}, "label2id": {"a": 7}}""", "label2id")]
    [InlineData("""{"label2id": {"a": 0, "b": 0}}""", "label2id")]
    [InlineData("""{"vocab_size": 10, "vocab_size": 11}""", "vocab_size")]
    public void Faults_name_file_and_key(string json, string key)
    {
        CheckpointFormatException e = Assert.Throws<CheckpointFormatException>(() => Parse(json));
        Assert.Equal("here/config.json", e.Path);
        Assert.Contains(key, e.Problem);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{} {}")]
    [InlineData("{\"vocab_size\": 1")]
    [InlineData("{\"vocab_size\": NaN}")]
    [InlineData("{\"architectures\": [\"\\ud800\"]}")]
    public void Text_that_is_no_JSON_object_is_refused(string json) =>
        Assert.Throws<CheckpointFormatException>(() => Parse(json));

    [Fact]
    public void Every_fault_is_named_at_once()
    {
        CheckpointFormatException e = Assert.Throws<CheckpointFormatException>(
            () => Parse("""{"vocab_size": "x", "hidden_act": "y", "id2label": {"9": "z"}, "num_hidden_groups": 20}"""));
        Assert.All(["vocab_size", "hidden_act", "id2label", "num_hidden_groups"], key => Assert.Contains(key, e.Problem));
    }

    [Fact]
    public void A_class_of_another_family_is_refused_when_it_is_asked_for()
    {
        ModelConfig config = Parse("""{"model_type": "albert", "architectures": ["BertModel"]}""");
        Assert.Contains("BertModel", Assert.Throws<NotSupportedException>(() => config.DefaultArchitecture).Message);
    }

    [Fact]
    public void Writing_back_gives_the_same_configuration()
    {
        ModelConfig config = new()
        {
            VocabularySize = 101,
            EmbeddingSize = 24,
            HiddenSize = 78,
            LayerCount = 7,
            GroupCount = 3,
            InnerGroupCount = 2,
            HeadCount = 3,
            IntermediateSize = 130,
            Activation = HiddenActivation.GeluPyTorchTanh,
            MaxPositionCount = 40,
            TypeVocabularySize = 3,
            LayerNormEpsilon = 1e-5,
            PadTokenId = null,
            BosTokenId = 7,
            EosTokenId = null,
            ClassifierDropout = 0,
            Labels = ["فارسی", "b\"c", "b\"c"],
            ProblemType = ProblemType.MultiLabelClassification,
            Architectures = ["AlbertForTokenClassification"],
        };
        byte[] json = config.ToJson();
        ModelConfig read = ModelConfig.Parse(json, "written");
        Assert.Equal(json, read.ToJson());
        Assert.Equal(config.Labels, read.Labels);
        Assert.Equal(config.Architectures, read.Architectures);
        Assert.Equal(config, read with { Labels = config.Labels, Architectures = config.Architectures });
    }

    [Fact]
    public void A_berts_absent_keys_have_the_defaults_of_its_family()
    {
        ModelConfig config = Parse("""{"model_type": "bert", "num_hidden_layers": 5, "hidden_size": 60, "hidden_dropout_prob": 0.2}""");
        Assert.Equal((30522, 60, 5, 1, 12, 3072), (config.VocabularySize, config.EmbeddingSize, config.GroupCount, config.InnerGroupCount, config.HeadCount, config.IntermediateSize));
        Assert.Equal(HiddenActivation.Gelu, config.Activation);
        Assert.Equal((0, null, null), (config.PadTokenId, config.BosTokenId, config.EosTokenId));
        Assert.Equal((0.2, 0.1, 0.2, 0.02), (config.HiddenDropout, config.AttentionDropout, config.ClassifierDropout, config.InitializerRange));
        Assert.Equal("BertModel", config.ClassName);
        Assert.Equal(config, ModelConfig.Parse(config.ToJson(), "written"));
    }

    [Fact]
    public void Of_several_end_tokens_the_first_counts() =>
        Assert.Equal(7, Parse("""{"eos_token_id": [7, 9]}""").EosTokenId);

    [Fact]
    public void Every_field_is_read_checked_and_written()
    {
        foreach (ModelFamily family in Enum.GetValues<ModelFamily>())
        {
            ModelConfig config = new(family);
            using JsonDocument written = JsonDocument.Parse(config.ToJson());
            foreach (ConfigField field in ConfigTable.All)
            {
                if (field[family].Key is not string key)
                    continue;
                bool isNull = double.IsNaN(field[family].Default) && field[family].Follows is null;
                Assert.Equal(!isNull, written.RootElement.TryGetProperty(key, out _));
                string name = Family.Of(family).ModelType;
                Assert.Contains(key, Assert.Throws<CheckpointFormatException>(() => Parse($"{{\"model_type\": \"{name}\", \"{key}\": {{}}}}")).Problem);
            }
        }
    }

    [Fact]
    public void A_number_that_JSON_has_not_is_never_written()
    {
        Assert.Throws<ArgumentException>(() => new ModelConfig { LayerNormEpsilon = double.NaN }.ToJson());
        Assert.Throws<ArgumentException>(() => new ModelConfig { HiddenDropout = double.PositiveInfinity }.ToJson());
    }

    [Fact]
    public void A_key_that_was_not_scanned_for_is_no_absent_one() => Assert.Throws<ArgumentException>(() =>
        JsonFields.Scan("{}"u8, ["vocab_size"]).TryRead("hidden_size", out _));

    [Fact]
    public void Configurations_made_in_code_are_checked_too() =>
        Assert.Contains("hidden_size", Assert.Throws<ArgumentException>(new ModelConfig { HiddenSize = 5 }.Validate).Message);

    private static ModelConfig Parse(string json) => ModelConfig.Parse(Encoding.UTF8.GetBytes(json), "here/config.json");
}
