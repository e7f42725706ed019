using System.Text.Json;
using AlbertNative.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace AlbertNative.Tests.Server;

/// <summary>Answers, headers and errors that are no one dialect's.</summary>
public sealed class ServerAnswerTests
{
    [Fact]
    public async Task Vectors_are_bit_for_bit_those_of_the_library_in_numbers_and_in_base64()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync();
        using TextEmbedder embedder = TextEmbedder.Load(ShippedModels.Nano, new EmbeddingOptions { Normalize = true });
        float[] expected = embedder.Embed("the king of Judah");

        using JsonDocument numbers = JsonDocument.Parse((await server.PostAsync("/v1/embeddings", """{"input":["a","the king of Judah"],"model":"nano"}""")).Body);
        using JsonDocument base64 = JsonDocument.Parse((await server.PostAsync("/v1/embeddings", """{"input":"the king of Judah","encoding_format":"base64"}""")).Body);
        using JsonDocument tei = JsonDocument.Parse((await server.PostAsync("/embed", """{"inputs":"the king of Judah"}""")).Body);

        Assert.Equal(expected, numbers.RootElement.GetProperty("data")[1].GetProperty("embedding").EnumerateArray().Select(number => number.GetSingle()));
        byte[] bytes = base64.RootElement.GetProperty("data")[0].GetProperty("embedding").GetBytesFromBase64();
        Assert.Equal(expected, Enumerable.Range(0, bytes.Length / 4).Select(i => BitConverter.ToSingle(bytes, 4 * i)));
        Assert.Equal(expected, tei.RootElement[0].EnumerateArray().Select(number => number.GetSingle()));
    }

    [Fact]
    public async Task What_is_cut_is_said()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync();
        string longText = string.Join(' ', Enumerable.Repeat("hill", 600));

        RawAnswer cut = await server.PostAsync("/embed", $$"""{"inputs":["a","{{longText}}"],"truncate":true}""");
        RawAnswer refused = await server.PostAsync("/embed", $$"""{"inputs":["a","{{longText}}"]}""");

        Assert.Equal((200, "1"), (cut.Status, cut.Headers["x-truncated-inputs"]));
        Assert.Equal(422, refused.Status);
        Assert.Contains("`inputs[1]` has", refused.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("hill", refused.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_id_is_echoed_where_it_is_harmless_and_replaced_where_not()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync();

        Assert.Equal("abc-1", (await server.PostAsync("/embed", """{"inputs":"a"}""", ("x-request-id", "abc-1"))).Headers["x-request-id"]);
        Assert.Equal("abc-2", (await server.GetAsync("/nowhere", ("x-request-id", "abc-2"))).Headers["x-request-id"]);
        Assert.Equal(32, (await server.GetAsync("/health", ("x-request-id", new string('x', 129)))).Headers["x-request-id"].Length);
        Assert.Equal(32, (await server.GetAsync("/health", ("x-request-id", "two words"))).Headers["x-request-id"].Length);
    }

    [Fact]
    public async Task Models_are_chosen_by_name_and_an_unknown_one_is_not_answered_by_another()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(
            ("model", $"nano={ShippedModels.Nano}"), ("model", $"org/tagger={ShippedModels.Tagger}"));

        Assert.Equal("org%2Ftagger", (await server.PostAsync("/v1/embeddings", """{"input":"a","model":"org/tagger"}""")).Headers["x-model"]);
        Assert.Equal("nano", (await server.PostAsync("/embed", """{"inputs":"a"}""")).Headers["x-model"]);
        Assert.Equal("org%2Ftagger", (await server.PostAsync("/embed", """{"inputs":"a"}""", ("x-model", "org/tagger"))).Headers["x-model"]);
        Assert.Equal(200, (await server.GetAsync("/v1/models/org/tagger")).Status);
        Assert.Equal(200, (await server.GetAsync("/v1/models/org%2Ftagger")).Status);

        RawAnswer unknown = await server.PostAsync("/v1/embeddings", """{"input":"a","model":"text-embedding-3-small"}""");
        Assert.Equal(404, unknown.Status);
        using JsonDocument error = JsonDocument.Parse(unknown.Body);
        Assert.Equal("model_not_found", error.RootElement.GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task Sparse_vectors_are_a_task_of_the_models_that_are_served_for_them()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(
            ("model", $"dense={ShippedModels.Nano}"), ("model", $"sparse={ShippedModels.Nano},pooling=splade"));
        string sparse = SparseEmbedder.Description.Name;
        Assert.DoesNotContain(sparse, await TasksOf("dense"));
        Assert.Contains(sparse, await TasksOf("sparse"));

        async Task<string?[]> TasksOf(string model)
        {
            using JsonDocument answer = JsonDocument.Parse((await server.GetAsync($"/v1/models/{model}")).Body);
            return [.. answer.RootElement.GetProperty("tasks").EnumerateArray().Select(task => task.GetString())];
        }
    }

    [Fact]
    public async Task Info_says_with_how_many_threads_a_model_computes()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(("threads", "1"));

        using JsonDocument info = JsonDocument.Parse((await server.GetAsync("/info")).Body);

        Assert.Equal(1, info.RootElement.GetProperty("threads").GetInt32());
    }

    [Fact]
    public async Task Token_ids_of_another_vocabulary_are_refused_with_the_remedy()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync();

        RawAnswer answer = await server.PostAsync("/v1/embeddings", """{"input":[[15339,1917]]}""");

        Assert.Equal(400, answer.Status);
        Assert.Contains("check_embedding_ctx_length", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_does_not_wait_for_models_and_requests_wait_a_little()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartUnreadyAsync();

        RawAnswer early = await server.PostAsync("/embed", """{"inputs":"a"}""");
        Assert.True(early.Status is 200 or 503, early.Text);
        if (early.Status == 503)
            Assert.Equal("1", early.Headers["retry-after"]);
        await server.App.Services.GetRequiredService<AlbertNative.Server.Models.ServedModels>().Loaded.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(200, (await server.GetAsync("/health")).Status);
    }

    [Fact]
    public async Task A_draining_server_answers_but_is_not_ready_and_asks_connections_to_close()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync();
        server.App.Services.GetRequiredService<AlbertNative.Server.Hosting.ServerState>().BeginDrain();

        Assert.Equal(503, (await server.GetAsync("/health")).Status);
        RawAnswer answer = await server.PostAsync("/embed", """{"inputs":"a"}""", ("connection", "keep-alive"));
        Assert.Equal((200, "close"), (answer.Status, answer.Headers["connection"]));
    }
}
