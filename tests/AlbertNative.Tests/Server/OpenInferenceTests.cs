using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;
using AlbertNative.Model;
using AlbertNative.Testing;
using AlbertNative.Tests.Checkpoints;
using AlbertNative.Tests.Tasks;

namespace AlbertNative.Tests.Server;

/// <summary>The Open Inference Protocol over HTTP.</summary>
public sealed class OpenInferenceTests
{
    private const string King = "the king went up";

    [Fact]
    public async Task The_server_and_its_models_say_what_they_are()
    {
        await using LoopbackServerApp server = await StartAsync();

        JsonElement about = await GetAsync(server, "/v2");
        Assert.Equal("albert", about.GetProperty("name").GetString());
        Assert.Contains("binary_tensor_data", about.GetProperty("extensions").EnumerateArray().Select(name => name.GetString()));
        Assert.True((await GetAsync(server, "/v2/health/live")).GetProperty("live").GetBoolean());
        Assert.True((await GetAsync(server, "/v2/health/ready")).GetProperty("ready").GetBoolean());
        Assert.Equal(["nano", "org/tagger"], (await GetAsync(server, "/v2/models")).GetProperty("models").EnumerateArray().Select(name => name.GetString()!));

        JsonElement model = await GetAsync(server, "/v2/models/org/tagger");
        Assert.Equal("albertnative_albert", model.GetProperty("platform").GetString());
        Assert.Equal(model.GetRawText(), (await GetAsync(server, "/v2/models/org%2Ftagger")).GetRawText());
        string version = model.GetProperty("versions")[0].GetString()!;
        Assert.StartsWith(version, model.GetProperty("parameters").GetProperty("sha256").GetString(), StringComparison.Ordinal);
        Assert.Contains("entity_group", model.GetProperty("outputs").EnumerateArray().Select(output => output.GetProperty("name").GetString()));
        Assert.True((await GetAsync(server, $"/v2/models/org/tagger/versions/{version}/ready")).GetProperty("ready").GetBoolean());
        Assert.Equal(404, (await server.GetAsync("/v2/models/org/tagger/versions/000000000000")).Status);
        Assert.Equal(404, (await server.GetAsync("/v2/models/nobody/ready")).Status);
        Assert.Equal(404, (await server.GetAsync("/v2/models/nano/nothing")).Status);
        RawAnswer method = await server.GetAsync("/v2/models/nano/infer");
        Assert.Equal((405, "POST"), (method.Status, method.Headers["allow"]));
    }

    [Fact]
    public async Task A_server_that_drains_is_live_but_not_ready()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync();
        Microsoft.Extensions.DependencyInjection.ServiceProviderServiceExtensions
            .GetRequiredService<AlbertNative.Server.Hosting.ServerState>(server.App.Services).BeginDrain();

        RawAnswer ready = await server.GetAsync("/v2/health/ready");
        Assert.Equal((503, """{"ready":false}"""), (ready.Status, ready.Text));
        Assert.Equal(200, (await server.GetAsync("/v2/health/live")).Status);
    }

    [Fact]
    public async Task Vectors_are_the_same_bits_in_json_and_in_bytes_and_as_tei_gives_them()
    {
        await using LoopbackServerApp server = await StartAsync();

        JsonElement json = await InferAsync(server, "nano", $$$"""{"id":"7","inputs":[{{{Texts(King, "شاه")}}}]}""");
        Assert.Equal(("7", "nano"), (json.GetProperty("id").GetString(), json.GetProperty("model_name").GetString()));
        JsonElement tensor = Output(json, "embedding");
        float[] numbers = Floats(tensor);
        Assert.Equal("FP32", tensor.GetProperty("datatype").GetString());
        Assert.Equal([2, numbers.Length / 2], tensor.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32()));

        RawAnswer binary = await PostBinaryAsync(server, "/v2/models/nano/infer", "{\"inputs\":[{\"name\":\"text\",\"shape\":[2,1],\"datatype\":\"BYTES\",\"parameters\":{\"binary_data_size\":SIZE}}],\"parameters\":{\"binary_data_output\":true}}", Bytes(King, "شاه"));
        Assert.Equal(200, binary.Status);
        int jsonLength = int.Parse(binary.Headers["inference-header-content-length"], CultureInfo.InvariantCulture);
        using JsonDocument head = JsonDocument.Parse(binary.Body.AsMemory(0, jsonLength));
        Assert.Equal(numbers.Length * 4, head.RootElement.GetProperty("outputs")[0].GetProperty("parameters").GetProperty("binary_data_size").GetInt32());
        Assert.Equal(numbers, Floats(binary.Body.AsSpan(jsonLength)));

        RawAnswer raw = await RawHttp.SendAsync(
            server.EndPoint, "POST", "/v2/models/nano/infer",
            [new("inference-header-content-length", "0"), new("content-length", $"{King.Length}")], Encoding.UTF8.GetBytes(King), TestContext.Current.CancellationToken);
        Assert.Equal(numbers[..(numbers.Length / 2)], Floats(Output(Parse(raw), "embedding")));

        using JsonDocument tei = JsonDocument.Parse((await server.PostAsync("/embed", $$$"""{"inputs":["{{{King}}}","شاه"]}""")).Body);
        Assert.Equal(numbers, tei.RootElement.EnumerateArray().SelectMany(vector => vector.EnumerateArray().Select(number => number.GetSingle())));
    }

    [Fact]
    public async Task Each_head_has_its_tensors()
    {
        await using LoopbackServerApp server = await StartAsync();

        JsonElement tokens = await InferAsync(server, "nano", $$$"""{"inputs":[{{{Texts("a", King)}}}],"parameters":{"task":"embed-tokens"}}""");
        int[] starts = Integers(Output(tokens, "sequence_starts"));
        int[] ids = Integers(Output(tokens, "input_ids"));
        Assert.Equal((0, ids.Length), (starts[0], starts[2]));
        Assert.Equal(ids.Length, Output(tokens, "token_embeddings").GetProperty("shape")[0].GetInt32());
        Assert.Equal(Nano.Tokenizer.Encode("a").Ids.ToArray(), ids[..starts[1]]);

        JsonElement masks = await InferAsync(server, "nano", $$$"""{"inputs":[{{{Texts("The [MASK] of [MASK].", "[MASK]")}}}],"parameters":{"task":"fill-mask","top_k":3}}""");
        Assert.Equal([3, 3], Output(masks, "token_ids").GetProperty("shape").EnumerateArray().Select(size => size.GetInt32()));
        Assert.Equal([0, 0, 1], Integers(Output(masks, "text_index")));
        Assert.Equal(9, Output(masks, "token_str").GetProperty("data").GetArrayLength());

        string text = "😀 شاه به تهران رفت";
        JsonElement entities = await InferAsync(server, "org/tagger", $$$"""{"inputs":[{{{Texts(text)}}}],"parameters":{"aggregation_strategy":"first"}}""");
        int start = Integers(Output(entities, "start"))[^1], end = Integers(Output(entities, "end"))[^1];
        string stretch = string.Concat(text.EnumerateRunes().Skip(start).Take(end - start).Select(rune => rune.ToString()));
        Assert.Equal("رفت", stretch.Trim());

        JsonElement order = await InferAsync(
            server, "nano", $$$"""{"inputs":[{{{Texts("In the beginning God created the heaven and the earth.")}}},{"name":"text_pair","shape":[1],"datatype":"BYTES","data":["And the earth was without form, and void."]}],"parameters":{"task":"order"}}""");
        float[] scores = Floats(Output(order, "scores"));
        Assert.True(scores[0] > scores[1]);
        Assert.Equal(1, scores[0] + scores[1], 1e-5f);
    }

    [Fact]
    public async Task A_head_is_told_by_its_output_and_only_what_is_asked_for_is_sent()
    {
        await using LoopbackServerApp server = await StartAsync();

        JsonElement answer = await InferAsync(server, "nano", $$$"""{"inputs":[{{{Texts("The king of [MASK].")}}}],"outputs":[{"name":"token_str"},{"name":"scores"}]}""");

        Assert.Equal(["token_str", "scores"], answer.GetProperty("outputs").EnumerateArray().Select(output => output.GetProperty("name").GetString()!));
    }

    [Fact]
    public async Task Classifiers_and_answers_have_their_tensors_and_mlservers_form()
    {
        using TemporaryFolder classes = new(), answers = new();
        Nano.SaveTiny(classes.Path, Nano.Tiny(labels: 3), ModelArchitecture.SequenceClassification);
        Nano.SaveTiny(answers.Path, Nano.Tiny(), ModelArchitecture.QuestionAnswering);
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(("model", $"classes={classes.Path}"), ("model", $"answers={answers.Path}"));

        JsonElement labels = await InferAsync(server, "classes", $$$"""{"inputs":[{{{Texts("a", King)}}}]}""");
        float[] scores = Floats(Output(labels, "scores"));
        string[] best = Strings(Output(labels, "label"));
        Assert.Equal(6, scores.Length);
        Assert.Equal($"LABEL_{Array.IndexOf(scores[..3], scores[..3].Max())}", best[0]);

        JsonElement list = await InferAsync(server, "classes", $$$"""{"inputs":[{"name":"args","shape":[1],"datatype":"BYTES","data":["{{{King}}}"]}]}""");
        JsonElement output = Output(list, "output");
        Assert.Equal("hg_jsonlist", output.GetProperty("parameters").GetProperty("content_type").GetString());
        using JsonDocument label = JsonDocument.Parse(output.GetProperty("data")[0].GetString()!);
        Assert.Equal((best[1], scores[3..].Max()), (label.RootElement.GetProperty("label").GetString(), label.RootElement.GetProperty("score").GetSingle()));

        JsonElement found = await InferAsync(
            server, "answers", $$$"""{"inputs":[{"name":"question","shape":[1],"datatype":"BYTES","data":["who?"]},{"name":"context","shape":[1],"datatype":"BYTES","data":["{{{King}}}"]}],"parameters":{"top_k":2}}""");
        string[] texts = Strings(Output(found, "answer"));
        int[] starts = Integers(Output(found, "start")), ends = Integers(Output(found, "end"));
        Assert.All(Enumerable.Range(0, texts.Length), i => Assert.Equal(texts[i], King[starts[i]..ends[i]]));
    }

    [Fact]
    public async Task Token_ids_give_the_models_own_tensors_with_padding_left_out()
    {
        await using LoopbackServerApp server = await StartAsync();
        int[] ids = [.. Nano.Tokenizer.Encode(King).Ids];
        int hidden = 0;
        float[] Row(JsonElement tensor, int row) => Floats(tensor)[(row * (ids.Length + 2) * hidden)..((row + 1) * (ids.Length + 2) * hidden)];

        string padded = string.Join(',', [.. ids, 0, 0, .. ids, 0, 0]);
        string mask = string.Join(',', Enumerable.Repeat(1, ids.Length).Concat([0, 0]).Concat(Enumerable.Repeat(1, ids.Length)).Concat([0, 0]));
        string shape = $"[2,{ids.Length + 2}]";
        JsonElement answer = await InferAsync(
            server, "nano", $$$"""{"inputs":[{"name":"input_ids","shape":{{{shape}}},"datatype":"INT64","data":[{{{padded}}}]},{"name":"attention_mask","shape":{{{shape}}},"datatype":"INT32","data":[{{{mask}}}]}]}""");

        JsonElement states = Output(answer, "last_hidden_state");
        hidden = states.GetProperty("shape")[2].GetInt32();
        Assert.Equal(Row(states, 0), Row(states, 1));
        Assert.All(Row(states, 0)[(ids.Length * hidden)..], number => Assert.Equal(0, number));
        using JsonDocument tokens = JsonDocument.Parse((await server.PostAsync("/embed_all", $$$"""{"inputs":"{{{King}}}"}""")).Body);
        Assert.Equal(
            tokens.RootElement[0].EnumerateArray().SelectMany(token => token.EnumerateArray().Select(number => number.GetSingle())),
            Row(states, 0)[..(ids.Length * hidden)]);

        JsonElement logits = await InferAsync(
            server, "org/tagger", $$$"""{"inputs":[{"name":"input_ids","shape":[1,3],"datatype":"INT64","data":[[2,9,3]]}],"outputs":[{"name":"logits"}]}""");
        Assert.Equal(3, Output(logits, "logits").GetProperty("shape")[1].GetInt32());
    }

    [Fact]
    public async Task What_is_wrong_is_refused_by_its_place()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync();
        foreach ((string body, string expected) in new[]
        {
            ("""{"inputs":[]}""", "cannot be empty"),
            ("""{"inputs":[{"name":"text","shape":[2],"datatype":"BYTES","data":["a"]}]}""", "has 1 elements, its shape says 2"),
            ("""{"inputs":[{"name":"text","shape":[-1],"datatype":"BYTES","data":["a"]}]}""", "negative dimension"),
            ("""{"inputs":[{"name":"text","shape":[4294967296,4294967296],"datatype":"BYTES","data":["a"]}]}""", "more than 2147483647 elements"),
            ("""{"inputs":[{"name":"text","shape":[1,1,1],"datatype":"BYTES","data":["a"]}]}""", "[N] or [N,1]"),
            ("""{"inputs":[{"name":"text","shape":[1],"datatype":"FP16","data":["a"]}]}""", "BYTES, INT32 or INT64"),
            ("""{"inputs":[{"name":"text","shape":[1],"datatype":"INT64","data":[1]}]}""", "must be of the datatype BYTES"),
            ("""{"inputs":[{"name":"text","shape":[1],"datatype":"BYTES","data":[1]}]}""", "must be a string"),
            ("""{"inputs":[{"name":"pixels","shape":[1],"datatype":"BYTES","data":["a"]}]}""", "`inputs[0].name` must be one of"),
            ("""{"inputs":[{"name":"text","shape":[1],"datatype":"BYTES","data":[""]}]}""", "cannot be empty"),
            ("""{"inputs":[{"name":"text","shape":[1],"datatype":"BYTES","data":["a"]}],"outputs":[{"name":"pixels"}]}""", "`outputs[0].name` must be one of embedding"),
            ("""{"inputs":[{"name":"text","shape":[1],"datatype":"BYTES","data":["a"]}],"parameters":{"task":"tag"}}""", "has no head for the task"),
            ("""{"inputs":[{"name":"text","shape":[1],"datatype":"BYTES","data":["a"]}],"parameters":{"task":"paint"}}""", "`parameters.task` must be one of"),
            ("""{"inputs":[{"name":"text","shape":[1],"datatype":"BYTES","data":["a"]}],"parameters":{"sequence_id":1}}""", "`parameters.sequence_id` is not supported"),
            ("""{"inputs":[{"name":"text","shape":[1],"datatype":"BYTES","parameters":{"shared_memory_region":"x"}}]}""", "shared_memory_region` is not supported"),
            ("""{"inputs":[{"name":"text","shape":[1],"datatype":"BYTES","parameters":{"binary_data_size":9}}]}""", "has 9 binary bytes, 0 are left"),
            ("""{"inputs":[{"name":"input_ids","shape":[1,2],"datatype":"INT64","data":[1,99999999]}]}""", "has the id 99999999"),
            ("""{"inputs":[{"name":"input_ids","shape":[1,2],"datatype":"INT64","data":[1,-3000000000]}]}""", "token 1 has the id -1"),
            ("""{"inputs":[{"name":"input_ids","shape":[1,3],"datatype":"INT64","data":[1,2,3]},{"name":"attention_mask","shape":[1,3],"datatype":"INT64","data":[1,0,1]}]}""", "holes"),
            ("""{"inputs":[{"name":"input_ids","shape":[1,3],"datatype":"INT64","data":[1,2,3]},{"name":"attention_mask","shape":[3,1],"datatype":"INT64","data":[1,1,1]}]}""", "shape of `input_ids`"),
            ("""{"inputs":[{"name":"input_ids","shape":[0,3],"datatype":"INT64","data":[]}]}""", "cannot be empty"),
        })
        {
            RawAnswer answer = await server.PostAsync("/v2/models/nano/infer", body);
            Assert.True(answer.Status == 400, $"{answer.Status} {answer.Text}");
            Assert.Contains(expected, Parse(answer).GetProperty("error").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Binary_tensors_that_do_not_fit_their_shape_are_refused()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync();
        const string two = "{\"inputs\":[{\"name\":\"text\",\"shape\":[2],\"datatype\":\"BYTES\",\"parameters\":{\"binary_data_size\":SIZE}}]}";
        const string ids = "{\"inputs\":[{\"name\":\"input_ids\",\"shape\":[1,2],\"datatype\":\"INT64\",\"parameters\":{\"binary_data_size\":SIZE}}]}";
        byte[] whole = Bytes("a", "b");

        Assert.Equal(200, (await PostBinaryAsync(server, "/v2/models/nano/infer", two, whole)).Status);
        foreach ((string json, byte[] tail) in new (string, byte[])[]
        {
            (two, whole[..^1]), (two, [.. whole, 0]), (two, [255, 255, 255, 255, 1, 2, 3, 4]), (two, [1, 0, 0, 0, 0xFF, 1, 0, 0, 0, 65]), (two, []),
            (ids, new byte[15]), (ids, new byte[17]), (ids, []),
        })
        {
            RawAnswer answer = await PostBinaryAsync(server, "/v2/models/nano/infer", json, tail);
            Assert.True(answer.Status == 400, $"{answer.Status} {answer.Text}");
        }
        RawAnswer longer = await RawHttp.SendAsync(
            server.EndPoint, "POST", "/v2/models/nano/infer", [new("inference-header-content-length", "99"), new("content-length", "2")], "{}"u8.ToArray(), TestContext.Current.CancellationToken);
        Assert.Equal(400, longer.Status);
    }

    [Fact]
    public async Task Parameters_shorten_a_request_and_cut_its_texts()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync();
        // Each is another one: equal texts are computed once.
        string many = string.Join(',', Enumerable.Range(0, 2000).Select(i => $"\"the king of hill {i} went up the hill and down again\""));
        string longText = string.Join(' ', Enumerable.Repeat("hill", 600));

        RawAnswer late = await server.PostAsync("/v2/models/nano/infer", $$$"""{"inputs":[{"name":"text","shape":[2000],"datatype":"BYTES","data":[{{{many}}}]}],"parameters":{"timeout":1000}}""");
        RawAnswer cut = await server.PostAsync("/v2/models/nano/infer", $$$"""{"inputs":[{{{Texts(longText)}}}],"parameters":{"truncate":true,"dimensions":4,"priority":3}}""");

        Assert.Equal(504, late.Status);
        Assert.Equal((200, "0"), (cut.Status, cut.Headers["x-truncated-inputs"]));
        Assert.Equal(4, Floats(Output(Parse(cut), "embedding")).Length);
    }

    [Fact]
    public async Task Statistics_count_what_was_asked_and_what_was_refused()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync();
        await InferAsync(server, "nano", $$$"""{"inputs":[{{{Texts("a", "b")}}}]}""");
        await server.PostAsync("/v2/models/nano/infer", """{"inputs":[]}""");

        JsonElement stats = (await GetAsync(server, "/v2/models/nano/stats")).GetProperty("model_stats")[0];

        Assert.Equal(2, stats.GetProperty("inference_count").GetInt32());
        Assert.Equal(1, stats.GetProperty("inference_stats").GetProperty("success").GetProperty("count").GetInt32());
        Assert.Equal(1, stats.GetProperty("inference_stats").GetProperty("fail").GetProperty("count").GetInt32());
        Assert.True(stats.GetProperty("inference_stats").GetProperty("compute_infer").GetProperty("ns").GetInt64() > 0);
    }

    private static Task<LoopbackServerApp> StartAsync() =>
        LoopbackServerApp.StartAsync(("model", $"nano={ShippedModels.Nano}"), ("model", $"org/tagger={ShippedModels.Tagger}"));

    private static async Task<JsonElement> GetAsync(LoopbackServerApp server, string path)
    {
        RawAnswer answer = await server.GetAsync(path);
        Assert.True(answer.Status == 200, $"{path}: {answer.Status} {answer.Text}");
        return Parse(answer);
    }

    private static async Task<JsonElement> InferAsync(LoopbackServerApp server, string model, string body)
    {
        RawAnswer answer = await server.PostAsync($"/v2/models/{model}/infer", body);
        Assert.True(answer.Status == 200, $"{answer.Status} {answer.Text}");
        return Parse(answer);
    }

    private static Task<RawAnswer> PostBinaryAsync(LoopbackServerApp server, string path, string json, byte[] tail)
    {
        byte[] head = Encoding.UTF8.GetBytes(json.Replace("SIZE", tail.Length.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
        return RawHttp.SendAsync(
            server.EndPoint, "POST", path,
            [new("content-type", "application/octet-stream"), new("inference-header-content-length", $"{head.Length}"), new("content-length", $"{head.Length + tail.Length}")],
            [.. head, .. tail], TestContext.Current.CancellationToken);
    }

    private static JsonElement Parse(RawAnswer answer)
    {
        using JsonDocument json = JsonDocument.Parse(answer.Body);
        return json.RootElement.Clone();
    }

    private static string Texts(params string[] texts) =>
        $$$"""{"name":"text","shape":[{{{texts.Length}}}],"datatype":"BYTES","data":[{{{string.Join(',', texts.Select(text => $"\"{text}\""))}}}]}""";

    private static byte[] Bytes(params string[] texts) => [.. texts.SelectMany(text =>
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        byte[] length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, utf8.Length);
        return length.Concat(utf8);
    })];

    private static JsonElement Output(JsonElement answer, string name) =>
        answer.GetProperty("outputs").EnumerateArray().Single(output => output.GetProperty("name").GetString() == name);

    private static float[] Floats(JsonElement tensor) => [.. tensor.GetProperty("data").EnumerateArray().Select(number => number.GetSingle())];

    private static float[] Floats(ReadOnlySpan<byte> bytes)
    {
        float[] numbers = new float[bytes.Length / 4];
        for (int i = 0; i < numbers.Length; i++)
            numbers[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(4 * i)..]);
        return numbers;
    }

    private static int[] Integers(JsonElement tensor) => [.. tensor.GetProperty("data").EnumerateArray().Select(number => number.GetInt32())];

    private static string[] Strings(JsonElement tensor) => [.. tensor.GetProperty("data").EnumerateArray().Select(text => text.GetString()!)];
}
