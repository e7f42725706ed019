using System.Text.Json;
using AlbertNative.Model;
using AlbertNative.Testing;
using AlbertNative.Tests.Checkpoints;
using AlbertNative.Tests.Tasks;

namespace AlbertNative.Tests.Server;

/// <summary>Fields that the dialects' clients send: each is followed, refused by its name, or says nothing of the result.</summary>
public sealed class RequestFieldTests
{
    private const string Long = "the king of the hill went up the hill and down the hill again";

    [Fact]
    public async Task A_length_in_vLLMs_field_cuts_texts_to_it_at_either_side()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync();
        int[] ids = await IdsAsync(server, Long);
        const int most = 5;

        float[] right = await VectorAsync(server, $$"""{"input":"{{Long}}","truncate_prompt_tokens":{{most}}}""");
        float[] left = await VectorAsync(server, $$"""{"input":"{{Long}}","truncate_prompt_tokens":{{most}},"truncation_side":"left"}""");
        RawAnswer cut = await server.PostAsync("/v1/embeddings", $$"""{"input":["a","{{Long}}"],"truncate_prompt_tokens":{{most}}}""");

        Assert.Equal(await VectorOfIdsAsync(server, [.. ids[..(most - 1)], ids[^1]]), right);
        Assert.Equal(await VectorOfIdsAsync(server, [ids[0], .. ids[^(most - 1)..]]), left);
        Assert.Equal("1", cut.Headers["x-truncated-inputs"]);
        Assert.Equal(await VectorAsync(server, $$"""{"input":"{{Long}}"}"""), await VectorAsync(server, $$"""{"input":"{{Long}}","truncate_prompt_tokens":-1}"""));
        string tooLong = string.Join(' ', Enumerable.Repeat("hill", 600));
        Assert.Equal(200, (await server.PostAsync("/v1/embeddings", $$"""{"input":"{{tooLong}}","truncate_prompt_tokens":-1}""")).Status);
    }

    [Theory]
    [InlineData("""{"input":"a","truncate_prompt_tokens":0}""", "`truncate_prompt_tokens` must be")]
    [InlineData("""{"input":"a","truncate_prompt_tokens":"5"}""", "`truncate_prompt_tokens` must be")]
    [InlineData("""{"input":"a","truncate_prompt_tokens":100000}""", "`truncate_prompt_tokens` is 100000, the model takes at most")]
    [InlineData("""{"input":"a","truncation_side":"middle"}""", "`truncation_side` must be left or right")]
    [InlineData("""{"input":"a","add_special_tokens":false}""", "`add_special_tokens` is not supported, but for true")]
    [InlineData("""{"input":"a","embed_dtype":"float16"}""", "`embed_dtype` is not supported, but for float32")]
    [InlineData("""{"input":"a","endianness":"big"}""", "`endianness` is not supported")]
    [InlineData("""{"input":"a","encoding_format":"bytes"}""", "`encoding_format` must be float or base64")]
    [InlineData("""{"input":"a","late_chunking":true}""", "`late_chunking` is not supported")]
    [InlineData("""{"input":"a","input_type":"query"}""", "`input_type` is not supported")]
    [InlineData("""{"input":"a","task":"retrieval.query"}""", "`task` is not supported")]
    [InlineData("""{"input":"a","priority":"high"}""", "`priority` must be a whole number")]
    [InlineData("""{"input":"a","normalize":1}""", "`normalize` must be true or false")]
    public async Task Fields_that_change_vectors_and_are_not_supported_are_refused_by_name(string body, string message)
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync();

        RawAnswer answer = await server.PostAsync("/v1/embeddings", body);

        Assert.Equal(400, answer.Status);
        using JsonDocument json = JsonDocument.Parse(answer.Body);
        Assert.Contains(message, json.RootElement.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fields_that_say_what_is_done_anyway_or_nothing_of_the_result_pass()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(("cache", "1MiB"));
        float[] plain = await VectorAsync(server, """{"input":"the king"}""");

        foreach (string fields in (string[])
        [
            "\"user\":\"somebody\"", "\"add_special_tokens\":true,\"embed_dtype\":\"float32\",\"endianness\":\"little\"", "\"late_chunking\":false",
            "\"truncate_prompt_tokens\":null,\"truncation_side\":null,\"task\":null,\"normalize\":null,\"priority\":null", "\"priority\":7", "\"priority\":-1",
            "\"cache_salt\":\"mine\"", "\"nobody_knows\":1",
        ])
        {
            Assert.Equal(plain, await VectorAsync(server, $$"""{"input":"the king",{{fields}}}"""));
        }
        float[] raw = await VectorAsync(server, """{"input":"the king","normalize":false}""");
        Assert.NotEqual(plain, raw);
        RawAnswer salted = await server.PostAsync("/v1/embeddings", """{"input":"the king","cache_salt":"mine"}""");
        Assert.False(salted.Headers.ContainsKey("x-cache"));
    }

    [Fact]
    public async Task Cohere_and_Infinity_fields_are_followed_or_refused()
    {
        using TemporaryFolder folder = new();
        Nano.SaveTiny(folder.Path, Nano.Tiny(labels: 1), ModelArchitecture.SequenceClassification);
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(("model", $"ranker={folder.Path}"));

        double score = Relevance(await server.PostAsync("/v1/rerank", """{"query":"a","documents":["b"]}"""));
        double raw = Relevance(await server.PostAsync("/v1/rerank", """{"query":"a","documents":["b"],"raw_scores":true}"""));
        Assert.Equal(score, 1 / (1 + Math.Exp(-raw)), 6);
        foreach (string name in (string[])["rank_fields", "max_chunks_per_doc", "max_tokens_per_doc", "truncate_prompt_tokens"])
        {
            RawAnswer refused = await server.PostAsync("/v1/rerank", $$"""{"query":"a","documents":["b"],"{{name}}":1}""");
            Assert.True(refused.Status == 400 && refused.Text.Contains($"`{name}` is not supported", StringComparison.Ordinal), refused.Text);
            Assert.Equal(200, (await server.PostAsync("/v1/rerank", $$"""{"query":"a","documents":["b"],"{{name}}":null}""")).Status);
        }
    }

    [Theory]
    [InlineData("/models/nano", """{"inputs":"The [MASK].","parameters":{"top_p":1}}""", "`parameters` has 1 unknown fields; it may have targets, top_k, truncation")]
    [InlineData("/models/nano/pipeline/feature-extraction", """{"inputs":"a","parameters":{"normalise":true}}""", "`parameters` has 1 unknown fields")]
    [InlineData("/models/nano/pipeline/feature-extraction", """{"inputs":"a","normalize":false,"parameters":{"dimensions":3}}""", "`normalize` stands beside `parameters`")]
    [InlineData("/models/nano/pipeline/feature-extraction", """{"inputs":"a","encoding_format":"base64"}""", "`encoding_format` must be float")]
    [InlineData("/models/answerer", """{"inputs":{"question":"a","context":"b"},"parameters":{"max_question_len":3}}""", "`parameters.max_question_len` is not supported")]
    [InlineData("/models/answerer", """{"inputs":{"question":"a","context":"b"},"parameters":{"max_seq_len":5000}}""", "`parameters.max_seq_len` is 5000, the model takes at most")]
    [InlineData("/models/answerer", """{"inputs":{"question":"a","context":"b"},"parameters":{"padding":true}}""", "`parameters` has 1 unknown fields")]
    public async Task Parameters_of_Hugging_Faces_pipelines_are_followed_or_refused(string path, string body, string message)
    {
        using TemporaryFolder folder = new();
        Nano.SaveTiny(folder.Path, Nano.Tiny(labels: 2), ModelArchitecture.QuestionAnswering);
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(("model", $"nano={ShippedModels.Nano}"), ("model", $"answerer={folder.Path}"));

        RawAnswer answer = await server.PostAsync(path, body);

        Assert.Equal(400, answer.Status);
        Assert.Contains(message, answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Feature_extraction_takes_its_fields_from_either_place_and_pipelines_cut_where_they_are_told_to()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync();
        string root = (await server.PostAsync("/models/nano/pipeline/feature-extraction", """{"inputs":"a","normalize":false,"dimensions":3,"parameters":{}}""")).Text;
        string parameters = (await server.PostAsync("/models/nano/pipeline/feature-extraction", """{"inputs":"a","parameters":{"normalize":false,"dimensions":3}}""")).Text;
        string tooLong = "The [MASK] " + string.Join(' ', Enumerable.Repeat("hill", 600));

        Assert.Equal(root, parameters);
        Assert.Equal(400, (await server.PostAsync("/models/nano", $$"""{"inputs":"{{tooLong}}"}""")).Status);
        RawAnswer cut = await server.PostAsync("/models/nano", $$$"""{"inputs":"{{{tooLong}}}","parameters":{"truncation":true}}""");
        Assert.Equal((200, "0"), (cut.Status, cut.Headers.GetValueOrDefault("x-truncated-inputs")));
    }

    [Fact]
    public async Task Whoever_waits_for_a_model_is_answered_when_it_is_loaded_by_either_of_the_old_names()
    {
        await using LoopbackServerApp header = await LoopbackServerApp.StartUnreadyAsync(("not-ready-delay", "2min"));
        Assert.Equal(200, (await header.PostAsync("/models/nano", """{"inputs":"The [MASK]."}""", ("x-wait-for-model", "true"))).Status);
        await using LoopbackServerApp option = await LoopbackServerApp.StartUnreadyAsync(("not-ready-delay", "2min"));
        Assert.Equal(200, (await option.PostAsync("/models/nano", """{"inputs":"The [MASK].","options":{"wait_for_model":true}}""")).Status);
    }

    private static double Relevance(RawAnswer answer)
    {
        using JsonDocument json = JsonDocument.Parse(answer.Body);
        return json.RootElement.GetProperty("results")[0].GetProperty("relevance_score").GetDouble();
    }

    private static async Task<float[]> VectorAsync(LoopbackServerApp server, string body)
    {
        RawAnswer answer = await server.PostAsync("/v1/embeddings", body);
        Assert.True(answer.Status == 200, answer.Text);
        using JsonDocument json = JsonDocument.Parse(answer.Body);
        return Floats(json.RootElement.GetProperty("data")[0].GetProperty("embedding"));
    }

    private static async Task<float[]> VectorOfIdsAsync(LoopbackServerApp server, int[] ids)
    {
        using JsonDocument json = JsonDocument.Parse((await server.PostAsync("/embed", $$"""{"inputs":[{{string.Join(',', ids)}}]}""")).Body);
        return Floats(json.RootElement[0]);
    }

    private static async Task<int[]> IdsAsync(LoopbackServerApp server, string text)
    {
        using JsonDocument json = JsonDocument.Parse((await server.PostAsync("/tokenize", $$"""{"inputs":"{{text}}"}""")).Body);
        return [.. json.RootElement[0].EnumerateArray().Select(token => token.GetProperty("id").GetInt32())];
    }

    private static float[] Floats(JsonElement numbers) => [.. numbers.EnumerateArray().Select(number => number.GetSingle())];
}
