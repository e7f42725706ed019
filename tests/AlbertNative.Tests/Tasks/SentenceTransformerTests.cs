using AlbertNative.Checkpoints;
using AlbertNative.Model;
using AlbertNative.Tests.Checkpoints;

namespace AlbertNative.Tests.Tasks;

/// <summary>Directories of sentence-transformers: what their files say is done, and what they cannot mean is refused.</summary>
public sealed class SentenceTransformerTests : IDisposable
{
    private const string Modules = """
        [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
         {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
         {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"}]
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Without_modules_there_is_nothing_to_honour() => Assert.Null(Read());

    [Fact]
    public void Reads_pooling_normalisation_and_length()
    {
        Write("modules.json", Modules);
        Write("1_Pooling/config.json", """{"word_embedding_dimension": 768, "pooling_mode_cls_token": false, "pooling_mode_mean_tokens": true, "pooling_mode_max_tokens": true}""");
        Write("sentence_bert_config.json", """{"max_seq_length": 100, "do_lower_case": false}""");
        SentenceTransformerModules modules = Read()!;
        Assert.Equal([Pooling.Max, Pooling.Mean], modules.Pooling.Modes);
        Assert.True(modules.Pooling.IncludesPrompt);
        Assert.Equal(768, modules.TokenDimension);
        Assert.Equal(100, modules.MaxSequenceLength);
        Assert.Same(NormalizeModule.Instance, Assert.Single(modules.Vectors));
        Assert.False(modules.LowerCase);
    }

    [Theory]
    [InlineData("""[{"path": "", "type": "sentence_transformers.models.Transformer"}, {"path": "", "type": "sentence_transformers.models.LSTM"}]""", "sentence_transformers.models.LSTM")]
    [InlineData("""[{"path": "", "type": "sentence_transformers.base.modules.router.Router"}]""", "sentence_transformers.base.modules.router.Router is not supported")]
    [InlineData("""[{"path": "", "type": "sentence_transformers.models.Transformer"}, {"path": "", "type": "sentence_transformers.models.Dense"}]""", "expected Transformer, Pooling")]
    [InlineData("""[{"path": "\ud800", "type": "sentence_transformers.models.Transformer"}]""", "lone surrogate")]
    [InlineData("""[{"type": "sentence_transformers.models.Transformer", "\ud800": ""}]""", "lone surrogate")]
    [InlineData("""[{"path": "", "type": "evil.Transformer"}]""", "evil.Transformer")]
    [InlineData("""[{"path": "../other", "type": "sentence_transformers.models.Transformer"}]""", "../other")]
    [InlineData("""[{"path": "/etc", "type": "sentence_transformers.models.Transformer"}]""", "/etc")]
    [InlineData("""[{"path": "", "type": "sentence_transformers.models.Transformer"}]""", "expected Transformer, Pooling")]
    [InlineData("""[{"path": ""}]""", "no \"type\"")]
    [InlineData("""[{"type": 3}]""", "\"type\"")]
    [InlineData("[1]", "expected an object")]
    [InlineData("{}", "expected JSON Array")]
    [InlineData("[", "not JSON")]
    public void Bad_modules_are_refused_by_name(string modules, string message)
    {
        Write("modules.json", modules);
        CheckpointFormatException e = Assert.Throws<CheckpointFormatException>(Read);
        Assert.Contains(message, e.Message);
        Assert.Contains("modules.json", e.Message);
    }

    [Theory]
    [InlineData("""{"pooling_mode_median_tokens": true}""", "pooling_mode_median_tokens")]
    [InlineData("""{"pooling_mode": "median"}""", "the pooling \"median\" is not supported")]
    [InlineData("""{"pooling_mode": ["mean", 3]}""", "\"pooling_mode\": expected a string or a list of strings")]
    [InlineData("""{"pooling_mode": []}""", "\"pooling_mode\" is empty")]
    [InlineData("""{"pooling_mode": "mean", "include_prompt": "no"}""", "include_prompt")]
    [InlineData("""{"pooling_mode_mean_tokens": false}""", "no pooling_mode_... is true")]
    [InlineData("""{"pooling_mode_mean_tokens": 1}""", "expected true or false")]
    [InlineData("""{"pooling_mode_mean_tokens": true, "word_embedding_dimension": 0}""", "word_embedding_dimension")]
    public void Bad_poolings_are_refused_by_name(string pooling, string message)
    {
        Write("modules.json", Modules);
        Write("1_Pooling/config.json", pooling);
        CheckpointFormatException e = Assert.Throws<CheckpointFormatException>(Read);
        Assert.Contains(message, e.Message);
    }

    [Theory]
    [InlineData("""{"pooling_mode": "weightedmean"}""", true, Pooling.WeightedMean)]
    [InlineData("""{"pooling_mode": ["mean", "cls", "lasttoken"], "include_prompt": false}""", false, Pooling.Mean, Pooling.Cls, Pooling.LastToken)]
    [InlineData("""{"pooling_mode": "max", "pooling_mode_mean_tokens": true}""", true, Pooling.Max)]
    [InlineData("""{"pooling_mode_lasttoken": true, "pooling_mode_weightedmean_tokens": true, "pooling_mode_mean_sqrt_len_tokens": true}""", true, Pooling.MeanSqrtLen, Pooling.WeightedMean, Pooling.LastToken)]
    public void Every_form_of_pooling_is_read(string pooling, bool includesPrompt, params Pooling[] modes)
    {
        Write("modules.json", Modules);
        Write("1_Pooling/config.json", pooling);
        TokenPooling read = Read()!.Pooling;
        Assert.Equal(modes, read.Modes);
        Assert.Equal(includesPrompt, read.IncludesPrompt);
    }

    [Theory]
    [InlineData("""{"transformer_task": "fill-mask"}""", "transformer_task")]
    [InlineData("""{"module_output_name": "scores"}""", "module_output_name")]
    [InlineData("""{"modality_config": {"text": {"method": "forward", "method_output_name": "pooler_output"}}}""", "method_output_name")]
    [InlineData("""{"processing_kwargs": {"text": {"max_length": 8}}}""", "processing_kwargs")]
    [InlineData("""{"query_length": 8}""", "query_length")]
    public void A_transformer_that_is_used_otherwise_is_refused_by_name(string transformer, string message)
    {
        Write("modules.json", Modules);
        Write("1_Pooling/config.json", """{"pooling_mode": "mean"}""");
        Write("sentence_bert_config.json", transformer);
        CheckpointFormatException e = Assert.Throws<CheckpointFormatException>(Read);
        Assert.Contains("sentence_bert_config.json", e.Message);
        Assert.Contains(message, e.Message);
    }

    [Fact]
    public void A_missing_pooling_file_is_named()
    {
        Write("modules.json", Modules);
        CheckpointFormatException e = Assert.Throws<CheckpointFormatException>(Read);
        Assert.Contains("1_Pooling/config.json", e.Message);
    }

    [Fact]
    public void A_directory_with_modules_embeds_as_they_say()
    {
        _folder.Copy(Nano.Folder);
        Write("modules.json", Modules);
        Write("1_Pooling/config.json", """{"word_embedding_dimension": 192, "pooling_mode_max_tokens": true}""");
        Write("sentence_bert_config.json", """{"max_seq_length": 7, "do_lower_case": true}""");
        using TextEmbedder embedder = TextEmbedder.Load(_folder.Path);
        using TextEmbedder plain = TextEmbedder.Load(Nano.Path, new() { Pooling = Pooling.Max, Normalize = true });
        Assert.Equal(plain.Embed("the king"), embedder.Embed("the king"));
        Assert.Equal(7, embedder.MaxLength);
        Assert.Throws<OverlongTextException>(() => embedder.Embed(Nano.Text(20)));

        Write("1_Pooling/config.json", """{"word_embedding_dimension": 100, "pooling_mode_max_tokens": true}""");
        CheckpointFormatException e = Assert.Throws<CheckpointFormatException>(() => TextEmbedder.Load(_folder.Path));
        Assert.Contains("100", e.Message);
    }

    [Fact]
    public void Damaged_files_end_in_the_librarys_exception()
    {
        byte[] good = Utf8(Modules);
        Write("1_Pooling/config.json", """{"pooling_mode_mean_tokens": true}""");
        Random random = new(5);
        for (int round = 0; round < 500; round++)
        {
            byte[] bytes = good[..random.Next(good.Length + 1)];
            for (int flips = random.Next(4); flips > 0 && bytes.Length > 0; flips--)
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(Path.Combine(_folder.Path, "modules.json"), bytes);
            if (Record.Exception(Read) is Exception e)
                Assert.IsType<CheckpointFormatException>(e);
        }
    }

    private SentenceTransformerModules? Read()
    {
        using ModelFiles files = ModelFiles.Open(_folder.Path);
        return SentenceTransformerModules.Read(files);
    }

    private static byte[] Utf8(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    private void Write(string name, string content) => _folder.Write(name, content);
}
