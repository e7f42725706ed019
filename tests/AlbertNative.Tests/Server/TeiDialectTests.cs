using System.Text.Json;
using AlbertNative.Model;
using AlbertNative.Testing;
using AlbertNative.Tests.Checkpoints;
using AlbertNative.Tests.Tasks;

namespace AlbertNative.Tests.Server;

/// <summary>Where text-embeddings-inference reads one body otherwise than one would think, and where the same body has another answer elsewhere.</summary>
public sealed class TeiDialectTests
{
    [Fact]
    public async Task Two_strings_are_one_pair_and_one_text_has_a_flat_answer_that_Hugging_Faces_clients_get_nested()
    {
        using TemporaryFolder folder = new();
        await using LoopbackServerApp server = await StartAsync(folder, Nano.Tiny());

        JsonElement text = await AnswerAsync(server, "/predict", """{"inputs":"the king"}""");
        JsonElement pair = await AnswerAsync(server, "/predict", """{"inputs":["the king","went up"]}""");
        JsonElement two = await AnswerAsync(server, "/predict", """{"inputs":[["the king"],["the king","went up"]]}""");
        JsonElement nested = await AnswerAsync(server, "/models/tiny", """{"inputs":"the king"}""");

        Assert.Equal((3, JsonValueKind.Object), (text.GetArrayLength(), text[0].ValueKind));
        Assert.Equal((3, JsonValueKind.Object), (pair.GetArrayLength(), pair[0].ValueKind));
        Assert.NotEqual(text.GetRawText(), pair.GetRawText());
        Assert.Equal([text.GetRawText(), pair.GetRawText()], two.EnumerateArray().Select(answer => answer.GetRawText()));
        Assert.Equal((1, JsonValueKind.Array, 3), (nested.GetArrayLength(), nested[0].ValueKind, nested[0].GetArrayLength()));
    }

    [Fact]
    public async Task Numbers_are_the_ids_of_one_text_and_nothing_is_empty()
    {
        using TemporaryFolder folder = new();
        await using LoopbackServerApp embeds = await LoopbackServerApp.StartAsync();
        await using LoopbackServerApp classifies = await StartAsync(folder, Nano.Tiny());

        Assert.Equal(1, (await AnswerAsync(embeds, "/embed", """{"inputs":[5,6,7]}""")).GetArrayLength());
        Assert.Equal(2, (await AnswerAsync(embeds, "/embed", """{"inputs":[[5],[6,7]]}""")).GetArrayLength());
        Assert.Equal((400, "Empty"), await ErrorAsync(embeds, "/embed", """{"inputs":[]}"""));
        Assert.Equal((400, "Empty"), await ErrorAsync(embeds, "/embed", """{"inputs":""}"""));
        Assert.Equal((422, "Validation"), await ErrorAsync(embeds, "/embed", """{"inputs":[1000000]}"""));
        Assert.Equal((422, "Validation"), await ErrorAsync(classifies, "/predict", """{"inputs":[]}"""));
        Assert.Equal((422, "Validation"), await ErrorAsync(classifies, "/predict", """{"inputs":["a","b","c"]}"""));
    }

    [Fact]
    public async Task Of_equal_scores_the_later_comes_first()
    {
        using TemporaryFolder folder = new();
        await using LoopbackServerApp server = await StartAsync(folder, Nano.Tiny(labels: 1));

        JsonElement ranks = await AnswerAsync(server, "/rerank", """{"query":"the king","texts":["went up","went up","went up"]}""");

        Assert.Equal([2, 1, 0], ranks.EnumerateArray().Select(rank => rank.GetProperty("index").GetInt32()));
        Assert.All(ranks.EnumerateArray(), rank => Assert.False(rank.TryGetProperty("text", out _)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Labels_that_do_not_exclude_each_other_are_scored_each_by_itself_unless_the_operator_wants_teis_softmax(bool asTei)
    {
        using TemporaryFolder folder = new();
        await using LoopbackServerApp server = await StartAsync(
            folder, Nano.Tiny() with { ProblemType = ProblemType.MultiLabelClassification }, ("tei-softmax", asTei ? "true" : "false"));

        double[] raw = Scores(await AnswerAsync(server, "/predict", """{"inputs":"the king","raw_scores":true}"""));
        double[] scores = Scores(await AnswerAsync(server, "/predict", """{"inputs":"the king"}"""));

        double sum = raw.Sum(Math.Exp);
        Assert.All(scores, (score, label) => Assert.Equal(asTei ? Math.Exp(raw[label]) / sum : 1 / (1 + Math.Exp(-raw[label])), score, 1e-5));

        static double[] Scores(JsonElement labels) => [.. labels.EnumerateArray().OrderBy(label => label.GetProperty("label").GetString(), StringComparer.Ordinal).Select(label => label.GetProperty("score").GetDouble())];
    }

    [Fact]
    public async Task Offsets_of_tokens_are_bytes_and_special_tokens_have_none()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync();
        byte[] text = System.Text.Encoding.UTF8.GetBytes("شاه the");

        JsonElement[] tokens = [.. (await AnswerAsync(server, "/tokenize", """{"inputs":"شاه the"}"""))[0].EnumerateArray()];

        foreach (JsonElement special in (JsonElement[])[tokens[0], tokens[^1]])
        {
            Assert.True(special.GetProperty("special").GetBoolean());
            Assert.Equal((JsonValueKind.Null, JsonValueKind.Null), (special.GetProperty("start").ValueKind, special.GetProperty("stop").ValueKind));
        }
        Assert.Equal(text.Length, tokens[^2].GetProperty("stop").GetInt32());
        Assert.All(tokens[1..^1], token => Assert.Equal(
            token.GetProperty("text").GetString(), System.Text.Encoding.UTF8.GetString(text[token.GetProperty("start").GetInt32()..token.GetProperty("stop").GetInt32()])));
    }

    private static Task<LoopbackServerApp> StartAsync(TemporaryFolder folder, ModelConfig config, params (string, string)[] settings)
    {
        Nano.SaveTiny(folder.Path, config, ModelArchitecture.SequenceClassification);
        return LoopbackServerApp.StartAsync([("model", $"tiny={folder.Path}"), .. settings]);
    }

    private static async Task<JsonElement> AnswerAsync(LoopbackServerApp server, string path, string body)
    {
        RawAnswer answer = await server.PostAsync(path, body);
        Assert.True(answer.Status == 200, answer.Text);
        return JsonDocument.Parse(answer.Body).RootElement;
    }

    private static async Task<(int Status, string? Type)> ErrorAsync(LoopbackServerApp server, string path, string body)
    {
        RawAnswer answer = await server.PostAsync(path, body);
        return (answer.Status, JsonDocument.Parse(answer.Body).RootElement.GetProperty("error_type").GetString());
    }
}
