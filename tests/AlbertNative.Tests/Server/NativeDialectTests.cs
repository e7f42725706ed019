using System.Text.Json;
using AlbertNative.Testing;

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

    private static async Task<JsonElement> AnswerAsync(LoopbackServerApp server, string task, string body)
    {
        RawAnswer answer = await server.PostAsync($"/api/{task}", body);
        Assert.True(answer.Status == 200, answer.Text);
        using JsonDocument json = JsonDocument.Parse(answer.Body);
        return json.RootElement.Clone();
    }
}
