using System.Text.Json;
using AlbertNative.Testing;

namespace AlbertNative.Tests.Server;

/// <summary>Hugging Face's inference API: the shapes that its clients check, by the models that ship with the project.</summary>
public sealed class HuggingFaceTests
{
    private const string Mask = "The king of [MASK] went up to Jerusalem.";

    [Fact]
    public async Task One_mask_gives_a_list_and_several_give_lists()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync();
        using MaskFiller filler = MaskFiller.Load(ShippedModels.Nano);

        JsonElement one = await AnswerAsync(server, "/models/nano", $$$"""{"inputs":"{{{Mask}}}","parameters":{"top_k":2}}""");
        JsonElement two = await AnswerAsync(server, "/models/nano/pipeline/fill-mask", """{"inputs":"The [MASK] of [MASK]."}""");
        JsonElement many = await AnswerAsync(server, "/pipeline/fill-mask/nano", $$"""{"inputs":["{{Mask}}","{{Mask}}"]}""");

        MaskFill expected = filler.Fill(Mask)[0][0];
        Assert.Equal(2, one.GetArrayLength());
        Assert.Equal((expected.Score, expected.TokenId, expected.Text, expected.Sequence), (
            one[0].GetProperty("score").GetSingle(), one[0].GetProperty("token").GetInt32(), one[0].GetProperty("token_str").GetString(), one[0].GetProperty("sequence").GetString()));
        Assert.Equal((2, 5), (two.GetArrayLength(), two[0].GetArrayLength()));
        Assert.Equal((2, 5), (many.GetArrayLength(), many[1].GetArrayLength()));
    }

    [Fact]
    public async Task Entities_are_aggregated_and_their_offsets_are_code_points()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(("model", $"org/tagger={ShippedModels.Tagger}"));
        const string text = "😀 شاه به تهران رفت";

        JsonElement entities = await AnswerAsync(server, "/models/org%2Ftagger", $$"""{"inputs":"{{text}}"}""");
        JsonElement tokens = await AnswerAsync(server, "/models/org/tagger", $$$"""{"inputs":"{{{text}}}","parameters":{"aggregation_strategy":"none","ignore_labels":[]}}""");

        Assert.All(entities.EnumerateArray(), entity => Assert.True(entity.TryGetProperty("entity_group", out _)));
        Assert.All(tokens.EnumerateArray(), entity => Assert.True(entity.TryGetProperty("entity", out _) && entity.TryGetProperty("index", out _)));
        int[] codePoints = [.. text.EnumerateRunes().Select(rune => rune.Value)];
        foreach (JsonElement entity in entities.EnumerateArray())
        {
            string span = string.Concat(codePoints[entity.GetProperty("start").GetInt32()..entity.GetProperty("end").GetInt32()].Select(char.ConvertFromUtf32));
            Assert.Equal(entity.GetProperty("word").GetString()!.Replace(" ", "", StringComparison.Ordinal), span.Replace(" ", "", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_vector_of_one_text_is_flat_and_similarities_are_numbers()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync();

        JsonElement one = await AnswerAsync(server, "/models/nano/pipeline/feature-extraction", """{"inputs":"a"}""");
        JsonElement many = await AnswerAsync(server, "/models/nano/pipeline/feature-extraction", """{"inputs":["a","b"]}""");
        JsonElement tokens = await AnswerAsync(server, "/models/nano/pipeline/feature-extraction", """{"inputs":"a","pooling":"none"}""");
        JsonElement similar = await AnswerAsync(server, "/models/nano", """{"inputs":{"source_sentence":"a","sentences":["a","the king"]}}""");

        Assert.Equal((192, JsonValueKind.Number), (one.GetArrayLength(), one[0].ValueKind));
        Assert.Equal((2, 192), (many.GetArrayLength(), many[0].GetArrayLength()));
        Assert.Equal((3, 192), (tokens.GetArrayLength(), tokens[0].GetArrayLength()));
        Assert.Equal(1, similar[0].GetDouble(), 6);
    }

    [Theory]
    [InlineData("/models/nano/pipeline/summarization", """{"inputs":"a"}""", 400, "this model has")]
    [InlineData("/models/nano", """{"inputs":"no mask here"}""", 400, "[MASK]")]
    [InlineData("/models/nano/pipeline/token-classification", """{"inputs":"a"}""", 400, "unsupported task")]
    [InlineData("/models/other", """{"inputs":"a"}""", 404, "no model")]
    [InlineData("/models/nano/elsewhere", """{"inputs":"a"}""", 404, "not found")]
    [InlineData("/models/nano", """{"inputs":"[MASK]","parameters":{"targets":["qqqqzzzz"],"top_k":0}}""", 400, "top_k")]
    [InlineData("/models/nano/tei/embed", """{"inputs":[]}""", 400, "\"error_type\":\"Empty\"")]
    public async Task Refusals_are_readable(string path, string body, int status, string expected)
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync();

        RawAnswer answer = await server.PostAsync(path, body);

        Assert.Equal(status, answer.Status);
        using JsonDocument json = JsonDocument.Parse(answer.Body);
        Assert.Equal(JsonValueKind.String, json.RootElement.GetProperty("error").ValueKind);
        Assert.Contains(expected, answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Offsets_agree_in_every_unit()
    {
        Random random = new(7);
        for (int round = 0; round < 500; round++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(1, 40)).Select(_ => Piece(random)));
            AlbertNative.Server.Requests.TextUnits points = new(text, AlbertNative.Server.Requests.TextUnit.CodePoint);
            AlbertNative.Server.Requests.TextUnits bytes = new(text, AlbertNative.Server.Requests.TextUnit.Utf8);
            for (int i = 0; i < 20; i++)
            {
                int at = random.Next(text.Length + 1);
                if (at > 0 && at < text.Length && char.IsLowSurrogate(text[at]))
                    at--;
                Assert.Equal(System.Text.Encoding.UTF8.GetByteCount(text.AsSpan(0, at)), bytes[at]);
                Assert.Equal(System.Text.Encoding.UTF32.GetByteCount(text.AsSpan(0, at)) / 4, points[at]);
            }
        }
    }

    private static string Piece(Random random) => random.Next(6) switch
    {
        0 => "😀",
        1 => "ش",
        2 => "\u200C",
        3 => "e\u0301",
        4 => "𐍈",
        _ => "a",
    };

    private static async Task<JsonElement> AnswerAsync(LoopbackServerApp server, string path, string body)
    {
        RawAnswer answer = await server.PostAsync(path, body);
        Assert.True(answer.Status == 200, answer.Text);
        using JsonDocument json = JsonDocument.Parse(answer.Body);
        return json.RootElement.Clone();
    }
}
