using AlbertNative.Checkpoints;
using AlbertNative.Tests.Checkpoints;

namespace AlbertNative.Tests.Tasks;

/// <summary>Prompts, lengths of vectors and similarity: what a model's files say and what a call chooses.</summary>
public sealed class EmbeddingRequestTests : IDisposable
{
    private const string Prompts = """{"query": "the king: ", "passage": "of ", "empty": ""}""";

    private readonly TemporaryFolder _folder = new();

    public EmbeddingRequestTests() => _folder.Copy(Nano.Folder);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_prompt_is_put_before_each_text()
    {
        using TextEmbedder plain = TextEmbedder.Load(Nano.Path);
        using TextEmbedder embedder = Load($$"""{"prompts": {{Prompts}}, "default_prompt_name": "query"}""");
        Assert.Equal("query", embedder.DefaultPromptName);
        Assert.Equal("of ", embedder.Prompts["passage"]);
        Check("the king: a river", EmbeddingRequest.Default);
        Check("the king: a river", EmbeddingRequest.Query);
        Check("of a river", EmbeddingRequest.Document);
        Check("of a river", new() { PromptName = "passage" });
        Check("a river", new() { PromptName = "empty" });
        Check("a river", new() { Prompt = "" });
        Check("by a river", new() { Prompt = "by " });
        Assert.Equal(plain.Embed("the king: a river"), embedder.Embed("a river"));

        void Check(string text, EmbeddingRequest request)
        {
            Assert.Equal(plain.Embed(text), embedder.Embed("a river", request));
            Assert.Equal(plain.Embed([text, text]), embedder.Embed(["a river", "a river"], request));
        }
    }

    [Fact]
    public void Without_prompts_a_role_changes_nothing()
    {
        using TextEmbedder embedder = TextEmbedder.Load(Nano.Path);
        Assert.Empty(embedder.Prompts);
        Assert.Equal(embedder.Embed("a river"), embedder.Embed("a river", EmbeddingRequest.Query));
        Assert.Equal(embedder.Embed("a river"), embedder.Embed("a river", EmbeddingRequest.Document));
    }

    [Fact]
    public void What_a_call_cannot_mean_is_refused_before_anything_is_computed()
    {
        using TextEmbedder embedder = Load($$"""{"prompts": {{Prompts}}}""");
        Assert.Contains("no prompt \"none\"; it has empty, passage, query", Refuse(new() { PromptName = "none" }));
        Assert.Contains("exclude each other", Refuse(new() { PromptName = "query", Prompt = "a" }));
        Assert.Contains("192 dimensions, which cannot be cut to 193", Refuse(new() { Dimensions = 193 }));
        Assert.Contains("cannot be cut to 0", Refuse(new() { Dimensions = 0 }));

        // Without enumerating: the call itself fails.
        string Refuse(EmbeddingRequest request) => Assert.Throws<ArgumentException>(() => { embedder.Embed(["a"], request); }).Message;
    }

    [Fact]
    public void Vectors_are_cut_to_their_leading_numbers()
    {
        using TextEmbedder plain = TextEmbedder.Load(Nano.Path);
        using TextEmbedder embedder = Load("""{"truncate_dim": 10}""");
        float[] whole = plain.Embed("a river");
        Assert.Equal(10, embedder.Dimension);
        Assert.Equal(whole[..10], embedder.Embed("a river"));
        Assert.Equal(whole[..4], embedder.Embed("a river", new() { Dimensions = 4 }));
        Assert.Equal(whole, embedder.Embed("a river", new() { Dimensions = 192 })); // in place of the file's

        float[] normalized = embedder.Embed("a river", new() { Dimensions = 4, Normalize = true });
        Assert.Equal(1, Math.Sqrt(normalized.Sum(value => (double)value * value)), 1e-6);
        Assert.Equal(whole[0] / whole[1], normalized[0] / normalized[1], 1e-5f);
        using TextEmbedder normalizing = TextEmbedder.Load(_folder.Path, new() { Normalize = true });
        Assert.Equal(normalized, normalizing.Embed("a river", new() { Dimensions = 4 }));
        Assert.Equal(whole[..10], normalizing.Embed("a river", new() { Normalize = false }));
    }

    [Fact]
    public void A_prompt_that_is_left_out_of_the_pooling_still_changes_its_texts_tokens()
    {
        _folder.Write("modules.json", """
            [{"path": "", "type": "sentence_transformers.models.Transformer"},
             {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}]
            """u8);
        _folder.Write("1_Pooling/config.json", """{"pooling_mode": "mean", "include_prompt": false}"""u8);
        using TextEmbedder embedder = Load($$"""{"prompts": {{Prompts}}}""");
        TokenEmbeddings tokens = embedder.EmbedTokens("of a river");
        int prompt = embedder.EmbedTokens("of ").Count - 1;
        float[] expected = new float[192];
        for (int i = prompt; i < tokens.Count; i++)
        {
            for (int k = 0; k < expected.Length; k++)
                expected[k] += tokens[i][k] / (tokens.Count - prompt);
        }
        float[] actual = embedder.Embed("a river", EmbeddingRequest.Document);
        for (int k = 0; k < expected.Length; k++)
            Assert.Equal(expected[k], actual[k], 1e-5f);
        Assert.Equal(embedder.Embed("a river"), embedder.Embed("a river", new() { PromptName = "empty" }));
    }

    [Theory]
    [InlineData(null, SimilarityFunction.Cosine, 0.6)]
    [InlineData("cosine", SimilarityFunction.Cosine, 0.6)]
    [InlineData("dot", SimilarityFunction.Dot, 3)]
    [InlineData("euclidean", SimilarityFunction.Euclidean, -4.47213595)]
    [InlineData("manhattan", SimilarityFunction.Manhattan, -6)]
    public void Vectors_compare_as_the_files_say(string? name, SimilarityFunction function, double expected)
    {
        using TextEmbedder embedder = Load($$"""{"similarity_fn_name": {{(name is null ? "null" : $"\"{name}\"")}}}""");
        Assert.Equal(function, embedder.SimilarityFunction);
        Assert.Equal(expected, embedder.Similarity([1, 0], [3, 4]), 1e-6);
    }

    [Theory]
    [InlineData("""{"prompts": {"a": 1}}""", "\"prompts\": expected strings")]
    [InlineData("""{"prompts": ["a"]}""", "\"prompts\": expected an object")]
    [InlineData("""{"prompts": {"\ud800": "a"}}""", "lone surrogate")]
    [InlineData("""{"default_prompt_name": "query"}""", "there is no prompt \"query\"")]
    [InlineData("""{"truncate_dim": 0}""", "truncate_dim")]
    [InlineData("""{"similarity_fn_name": "jaccard"}""", "\"jaccard\" is not supported")]
    [InlineData("""{"model_type": "SparseEncoder"}""", "SparseEncoder")]
    public void Files_that_mean_nothing_known_are_refused_by_name(string config, string message)
    {
        CheckpointFormatException e = Assert.Throws<CheckpointFormatException>(() => Load(config));
        Assert.Contains(message, e.Message);
        Assert.Contains(SentenceTransformerConfig.FileName, e.Message);
    }

    private TextEmbedder Load(string config)
    {
        _folder.Write(SentenceTransformerConfig.FileName, config);
        return TextEmbedder.Load(_folder.Path);
    }
}
