using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using AlbertNative.Checkpoints;
using AlbertNative.Model;
using AlbertNative.Tests.Checkpoints;
using AlbertNative.Tokenization;

namespace AlbertNative.Tests.Tasks;

/// <summary>Every task on a BERT in Hugging Face's layout, from text to answer, and on an ALBERT that has BERT's vocabulary.</summary>
public sealed class BertTaskTests : IDisposable
{
    private static readonly string[] Words =
        ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "king", "##s", "went", "up", ".", "judah", "?", "who", "日", "本", "王", "##本"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>A task, the class that has its head, its labels, and a call of it, in text.</summary>
    public static TheoryData<string, ModelArchitecture, int> Tasks => new()
    {
        { "embed", ModelArchitecture.Model, 2 },
        { "fill-mask", ModelArchitecture.MaskedLM, 2 },
        { "fill-mask", ModelArchitecture.PreTraining, 2 },
        { "classify", ModelArchitecture.SequenceClassification, 3 },
        { "tag", ModelArchitecture.TokenClassification, 5 },
        { "answer", ModelArchitecture.QuestionAnswering, 2 },
        { "choose", ModelArchitecture.MultipleChoice, 2 },
        { "order", ModelArchitecture.NextSentencePrediction, 2 },
        { "order", ModelArchitecture.PreTraining, 2 },
        { "rerank", ModelArchitecture.SequenceClassification, 1 },
    };

    [Theory]
    [MemberData(nameof(Tasks))]
    public void A_task_has_the_same_bits_of_one_file_of_shards_and_of_a_converted_file(string task, ModelArchitecture architecture, int labels)
    {
        string whole = Write("whole", architecture, Bert(labels));
        string shards = Cut(whole, "shards");
        string converted = Path.Combine(_folder.Path, "model.safetensors");
        ModelConverter.Convert(shards, converted);
        string answer = Run(task, whole);
        Assert.NotEqual("", answer);
        Assert.Equal(answer, Run(task, shards));
        Assert.Equal(answer, Run(task, converted));
        Assert.Equal(answer, Run(task, whole, threads: 2));
    }

    [Theory]
    [InlineData(WeightStorage.Float32, 0)]
    [InlineData(WeightStorage.Float16, 0.01)]
    [InlineData(WeightStorage.Int8, 0.1)]
    [InlineData(WeightStorage.Int8All, 0.1)]
    public void A_BERT_goes_to_one_file_and_back(WeightStorage storage, double tolerance)
    {
        string directory = Write("source", ModelArchitecture.PreTraining, Bert(labels: 2));
        string file = Path.Combine(_folder.Path, "file.safetensors"), back = Path.Combine(_folder.Path, "back");
        ModelConverter.Convert(directory, file, new() { Storage = storage });
        ModelExporter.Export(file, back);
        using (Checkpoint written = Checkpoint.Open(directory), exported = Checkpoint.Open(back))
            Assert.Equal(written.Tensors.Select(tensor => tensor.Name).Order(), exported.Tensors.Select(tensor => tensor.Name).Order());
        float[] expected = Embed(directory);
        foreach (string path in (string[])[file, back])
        {
            float[] vector = Embed(path);
            for (int i = 0; i < expected.Length; i++)
                Assert.Equal(expected[i], vector[i], tolerance);
        }

        static float[] Embed(string path)
        {
            using TextEmbedder embedder = TextEmbedder.Load(path);
            return embedder.Embed("the kings went up .");
        }
    }

    [Fact]
    public void Of_two_sentences_label_0_means_that_the_second_follows()
    {
        string path = Write("next", ModelArchitecture.NextSentencePrediction, Bert(labels: 2));
        using SentenceOrderPredictor predictor = SentenceOrderPredictor.Load(path);
        (string first, string second) = ("the king went up", "who went ?");
        Encoding encoding = predictor.Tokenizer.Encode(first, second);
        Assert.Equal([0, 0, 0, 0, 0, 0, 1, 1, 1, 1], encoding.TokenTypeIds.ToArray());
        TokenBatch batch = new();
        batch.Add(encoding.Ids, encoding.TokenTypeIds);
        SentencePairHead head = new(predictor.Model.Transformer);
        Assert.False(head.JudgesOrder);
        ReadOnlySpan<float> logits = head.Forward(batch).Logits[0];
        double follows = 1 / (1 + Math.Exp(logits[1] - logits[0]));
        Assert.Equal(follows, predictor.Predict(first, second).InOrder, 1e-6);
    }

    /// <summary>Configurations of 2019 name no <c>model_type</c>, and Google's no class either.</summary>
    [Theory]
    [InlineData("model_type")]
    [InlineData("model_type", "architectures")]
    public void A_configuration_that_does_not_name_its_family_is_told_by_class_or_weights(params string[] left)
    {
        string path = Write("old", ModelArchitecture.MaskedLM, Bert(labels: 2));
        string answer = Run("embed", path), config = Path.Combine(path, "config.json");
        JsonObject json = JsonNode.Parse(File.ReadAllBytes(config))!.AsObject();
        Assert.All(left, key => Assert.True(json.Remove(key)));
        File.WriteAllText(config, json.ToJsonString());
        Assert.Equal(answer, Run("embed", path));
        File.Delete(Path.Combine(path, "model.safetensors"));
        Assert.Equal(left.Length == 1 ? ModelFamily.Bert : ModelFamily.Albert, ModelConfig.Load(path).Family);
    }

    /// <summary>Vocabularies are filled up to a multiple of 8 or 64 with rows that stand for no word.</summary>
    [Fact]
    public void A_mask_is_filled_with_words_alone()
    {
        string path = Write("padded", ModelArchitecture.MaskedLM, Bert(labels: 2) with { VocabularySize = 64 });
        using MaskFiller filler = MaskFiller.Load(path);
        IReadOnlyList<MaskFill> fills = filler.Fill("the [MASK] went .", new() { TopK = 64 })[0];
        Assert.Equal(Enumerable.Range(0, Words.Length), fills.Select(fill => fill.TokenId).Order());
        // Their scores are those among all rows, as Hugging Face's are.
        Assert.InRange(fills.Sum(fill => (double)fill.Score), 0.01, 0.99);
    }

    [Fact]
    public void A_head_that_a_BERT_does_not_hold_is_refused_by_name()
    {
        string path = Write("base", ModelArchitecture.Model, Bert(labels: 2));
        string problem = Assert.Throws<CheckpointFormatException>(() => TokenClassifier.Load(path)).Message;
        Assert.Contains("BertForTokenClassification", problem, StringComparison.Ordinal);
        Assert.Contains("missing: classifier.weight, expected [2, 16]", problem, StringComparison.Ordinal);
        Assert.Contains("cls.seq_relationship.weight", Assert.Throws<CheckpointFormatException>(() => SentenceOrderPredictor.Load(path)).Message, StringComparison.Ordinal);
    }

    /// <summary>Chinese and Japanese ALBERT models have a <c>vocab.txt</c>.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData("""{"do_lower_case":true,"tokenizer_class":"BertTokenizer"}""")]
    [InlineData("""{"model_max_length":32,"tokenizer_class":"BertTokenizerFast"}""")]
    public void An_ALBERT_with_a_vocabulary_of_words_runs_from_text(string? settings)
    {
        ModelConfig config = Nano.Tiny(labels: 2) with { VocabularySize = Words.Length };
        string path = Write("zh", ModelArchitecture.PreTraining, config);
        if (settings is not null)
            File.WriteAllText(Path.Combine(path, "tokenizer_config.json"), settings);
        using TextModel model = TextModel.Open(path);
        Assert.Equal(["[CLS]", "日", "本", "[MASK]", "王", "[SEP]"], model.Tokenizer.Encode("日本[MASK]王").Tokens);
        MaskFill fill = new MaskFiller(model).Fill("日本[MASK]王", new() { TopK = 1 })[0][0];
        Assert.Contains(fill.Token, Words);
        Assert.Equal(config.HiddenSize, new TextEmbedder(model).Embed("日本").Length);
        Assert.InRange(new SentenceOrderPredictor(model).Predict("日本", "王").InOrder, 0, 1);
        string converted = Path.Combine(_folder.Path, "zh.safetensors");
        ModelConverter.Convert(path, converted);
        using MaskFiller filler = MaskFiller.Load(converted);
        Assert.Equal(fill, filler.Fill("日本[MASK]王", new() { TopK = 1 })[0][0]);
    }

    private static string Run(string task, string path, int threads = 1)
    {
        TextModelOptions options = new() { Threads = threads };
        using TextModel model = TextModel.Open(path, options);
        return task switch
        {
            "embed" => Bits(new TextEmbedder(model).Embed("the kings went up")),
            "fill-mask" => string.Join(';', new MaskFiller(model).Fill("the [MASK] went .")[0].Select(fill => $"{fill.Token} {Bits(fill.Score)}")),
            "classify" => string.Join(';', new TextClassifier(model).Classify("the kings went up", new() { TopK = 3 }).Select(label => $"{label.Label} {Bits(label.Score)}")),
            "tag" => string.Join(';', new TokenClassifier(model).Classify("the kings went up").Select(entity => $"{entity.Label} {entity.Span} {Bits(entity.Score)}")),
            "answer" => string.Join(';', new QuestionAnswerer(model).Answer("who went ?", "the kings of judah went up .").Select(answer => $"{answer.Text} {answer.Span} {Bits(answer.Score)}")),
            "choose" => Bits([.. new MultipleChoiceSelector(model).Select("the king", ["went up", "who ?", "judah ."]).Probabilities]),
            "order" => Bits(new SentenceOrderPredictor(model).Predict("the king went up .", "who ?").InOrder),
            "rerank" => string.Join(';', new Reranker(model).Rerank("who went ?", ["the king", "judah .", "up"]).Select(text => $"{text.Index} {Bits(text.Score)}")),
            _ => throw new ArgumentOutOfRangeException(nameof(task), task, "no task"),
        };
    }

    private static string Bits(params ReadOnlySpan<float> values)
    {
        DefaultInterpolatedStringHandler text = new();
        foreach (float value in values)
            text.AppendFormatted(BitConverter.SingleToUInt32Bits(value), "x8");
        return text.ToStringAndClear();
    }

    private static ModelConfig Bert(int labels) => new(ModelFamily.Bert)
    {
        VocabularySize = Words.Length,
        HiddenSize = 16,
        LayerCount = 2,
        HeadCount = 2,
        IntermediateSize = 24,
        MaxPositionCount = 32,
        Labels = ModelConfig.NumberedLabels(labels),
    };

    private string Write(string name, ModelArchitecture architecture, ModelConfig config)
    {
        _folder.Write($"{name}/vocab.txt", string.Join('\n', Words) + "\n");
        _folder.Write($"{name}/config.json", (config with { Architectures = [config.NameOf(architecture)] }).ToJson());
        SafetensorsWriter writer = new();
        ConvertedWeights.Plan(Nano.Weights(config, architecture), config, WeightStorage.Source).AddTo(writer);
        string directory = Path.Combine(_folder.Path, name);
        writer.Save(Path.Combine(directory, "model.safetensors"));
        return directory;
    }

    /// <summary>The same model with its tensors in three files and their index, as transformers writes large ones.</summary>
    private string Cut(string directory, string name)
    {
        foreach (string file in (string[])["vocab.txt", "config.json"])
            _folder.Write($"{name}/{file}", File.ReadAllBytes(Path.Combine(directory, file)));
        using Checkpoint checkpoint = Checkpoint.Open(directory);
        Dictionary<string, string> map = [];
        foreach ((int shard, CheckpointTensor[] tensors) in checkpoint.Tensors.Chunk((checkpoint.Tensors.Count + 2) / 3).Index())
        {
            string file = $"model-{shard + 1:d5}-of-00003.safetensors";
            SafetensorsWriter writer = new();
            foreach (CheckpointTensor tensor in tensors)
            {
                writer.Add(tensor);
                map.Add(tensor.Name, file);
            }
            writer.Save(Path.Combine(_folder.Path, name, file));
        }
        Assert.Equal(3, map.Values.Distinct().Count());
        _folder.Write($"{name}/model.safetensors.index.json", JsonSerializer.Serialize(new { metadata = new { total_size = 1 }, weight_map = map }));
        return Path.Combine(_folder.Path, name);
    }
}
