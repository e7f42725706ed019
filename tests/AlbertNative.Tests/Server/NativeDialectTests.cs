using System.Text.Json;
using AlbertNative.Model;
using AlbertNative.Testing;
using AlbertNative.Tests.Checkpoints;
using AlbertNative.Tests.Tasks;

namespace AlbertNative.Tests.Server;

/// <summary><c>/api/TASK</c>.</summary>
public sealed class NativeDialectTests
{
    [Fact]
    public async Task Every_task_answers_with_the_commands_json()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(
            ("model", $"nano={ShippedModels.Nano}"), ("model", $"tagger={ShippedModels.Tagger}"));

        JsonElement vectors = await AnswerAsync(server, "embed", """{"inputs":["a",{"text":"b"}],"options":{"dimensions":5}}""");
        Assert.Equal((2, 5), (vectors.GetProperty("results").GetArrayLength(), vectors.GetProperty("results")[0].GetProperty("embedding").GetArrayLength()));
        Assert.Equal((2, 6), (vectors.GetProperty("usage").GetProperty("texts").GetInt32(), vectors.GetProperty("usage").GetProperty("tokens").GetInt32()));

        JsonElement tokens = await AnswerAsync(server, "embed-tokens", """{"inputs":["a"]}""");
        Assert.Equal(3, tokens.GetProperty("results")[0].GetProperty("embeddings").GetArrayLength());
        JsonElement words = await AnswerAsync(server, "embed-words", """{"inputs":[{"words":["the","king",""]}]}""");
        Assert.Equal(JsonValueKind.Null, words.GetProperty("results")[0].GetProperty("embeddings")[2].ValueKind);

        JsonElement masks = await AnswerAsync(server, "fill-mask", """{"inputs":["The king of [MASK] went."],"options":{"top_k":3}}""");
        Assert.Equal(3, masks.GetProperty("results")[0].GetProperty("masks")[0].GetArrayLength());

        JsonElement entities = await AnswerAsync(server, "tag", """{"model":"tagger","inputs":["😀 شاه به تهران رفت"],"options":{"aggregation":"first"},"offsets":"utf16"}""");
        JsonElement entity = entities.GetProperty("results")[0].GetProperty("entities").EnumerateArray().Last();
        Assert.Equal("رفت", "😀 شاه به تهران رفت"[entity.GetProperty("start").GetInt32()..entity.GetProperty("end").GetInt32()].Trim());

        JsonElement order = await AnswerAsync(server, "order", """{"inputs":[{"text":"In the beginning God created the heaven and the earth.","pair":"And the earth was without form, and void."}]}""");
        Assert.True(order.GetProperty("results")[0].GetProperty("in_order").GetBoolean());

        JsonElement tokenized = await AnswerAsync(server, "tokenize", """{"inputs":["شاه"],"offsets":"utf8"}""");
        Assert.Equal(6, tokenized.GetProperty("results")[0].GetProperty("offsets")[1][1].GetInt32());
        string ids = tokenized.GetProperty("results")[0].GetProperty("ids").GetRawText();
        JsonElement decoded = await AnswerAsync(server, "decode", $$"""{"inputs":[{"ids":{{ids}}}]}""");
        Assert.Equal("شاه", decoded.GetProperty("results")[0].GetProperty("text").GetString());
    }

    [Theory]
    [InlineData("embed", """{"inputs":"a"}""", "must be an array")]
    [InlineData("embed", """{"inputs":[]}""", "cannot be empty")]
    [InlineData("embed", """{"inputs":["a"],"colour":"red"}""", "unknown fields")]
    [InlineData("embed", """{"inputs":["a"],"options":{"colour":"red"}}""", "unknown fields")]
    [InlineData("embed", """{"inputs":["a"],"options":{"overlong":"cut"}}""", "refuse, truncate, window")]
    [InlineData("tag", """{"inputs":["a"]}""", "unsupported task token-classification")]
    [InlineData("answer", """{"inputs":[{"question":"a"}]}""", "unsupported task|`inputs[0].context` is missing")]
    [InlineData("decode", """{"inputs":[{"ids":[999999]}]}""", "vocabulary")]
    [InlineData("tokenize", """{"inputs":["a"],"offsets":"bytes"}""", "utf16, codepoint, utf8")]
    public async Task What_nobody_knows_is_refused_by_its_place(string task, string body, string expected)
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync();

        RawAnswer answer = await server.PostAsync($"/api/{task}", body);

        Assert.Equal(400, answer.Status);
        using JsonDocument json = JsonDocument.Parse(answer.Body);
        string message = json.RootElement.GetProperty("error").GetProperty("message").GetString()!;
        Assert.True(expected.Split('|').Any(part => message.Contains(part, StringComparison.Ordinal)), message);
        Assert.DoesNotContain("colour", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rankings_are_scored_as_the_models_files_say_and_as_tei_scores_them_on_its_route()
    {
        using TemporaryFolder folder = new();
        Nano.SaveTiny(folder.Path, Nano.Tiny(labels: 1), ModelArchitecture.SequenceClassification);
        folder.Write("config_sentence_transformers.json", """{"model_type": "CrossEncoder", "activation_fn": "torch.nn.modules.linear.Identity"}""");
        using Reranker reranker = Reranker.Load(folder.Path);
        float logit = reranker.Score("the king", "of Judah", cancellationToken: TestContext.Current.CancellationToken);
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(("model", $"ranker={folder.Path}"), ("overlong", "window"));

        JsonElement native = await AnswerAsync(server, "rerank", """{"inputs":[{"query":"the king","texts":["of Judah"]}]}""");
        RawAnswer tei = await server.PostAsync("/rerank", """{"query":"the king","texts":["of Judah"]}""");

        Assert.Equal(logit, native.GetProperty("results")[0].GetProperty("ranking")[0].GetProperty("score").GetSingle());
        using JsonDocument scores = JsonDocument.Parse(tei.Body);
        Assert.Equal(1 / (1 + MathF.Exp(-logit)), scores.RootElement[0].GetProperty("score").GetSingle(), 1e-6f);
    }

    private static async Task<JsonElement> AnswerAsync(LoopbackServerApp server, string task, string body)
    {
        RawAnswer answer = await server.PostAsync($"/api/{task}", body);
        Assert.True(answer.Status == 200, answer.Text);
        using JsonDocument json = JsonDocument.Parse(answer.Body);
        return json.RootElement.Clone();
    }
}
