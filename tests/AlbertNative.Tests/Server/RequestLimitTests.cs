using AlbertNative.Server.Requests;
using AlbertNative.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace AlbertNative.Tests.Server;

/// <summary>What a request may hold, and what becomes of those that hold more.</summary>
public sealed class RequestLimitTests
{
    [Fact]
    public async Task Each_limit_is_refused_by_its_name()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(
            ("max-client-batch-size", "3"), ("max-request-tokens", "12"), ("payload-limit", "4kB"), ("max-text-bytes", "1kB"),
            ("max-response-bytes", "9kB"));

        RawAnswer tooMany = await server.PostAsync("/embed", """{"inputs":["a","b","c","d"]}""");
        Assert.Equal((422, true), (tooMany.Status, tooMany.Text.Contains("batch size 4 > maximum allowed batch size 3", StringComparison.Ordinal)));

        RawAnswer tokens = await server.PostAsync("/embed", """{"inputs":"the king of the hill went up the hill and down the hill again and again and again"}""");
        Assert.Equal((422, true), (tokens.Status, tokens.Text.Contains("more than 12 tokens", StringComparison.Ordinal)));

        RawAnswer bytes = await server.PostAsync("/embed", $$"""{"inputs":"{{new string('a', 1001)}}"}""");
        Assert.Equal((422, true), (bytes.Status, bytes.Text.Contains("more than 1000 bytes", StringComparison.Ordinal)));

        RawAnswer body = await server.PostAsync("/embed", $$"""{"inputs":"a","x":"{{new string('a', 4001)}}"}""");
        Assert.Equal((413, true), (body.Status, body.Text.Contains("more than 4000 bytes", StringComparison.Ordinal)));

        RawAnswer answer = await server.PostAsync("/embed_all", """{"inputs":"the king went up to"}""");
        Assert.Equal((422, true), (answer.Status, answer.Text.Contains("the answer would have more than 9000 bytes", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_request_whose_time_is_over_is_told_so_and_that_trying_again_is_no_use()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync();
        // Each is another one: equal texts are computed once.
        string texts = string.Join(',', Enumerable.Range(0, 2000).Select(i => $"\"the king of hill {i} went up the hill and down again\""));

        RawAnswer answer = await server.PostAsync("/v1/embeddings", $$"""{"input":[{{texts}}]}""", ("x-request-timeout-ms", "1"));

        Assert.Equal(504, answer.Status);
        Assert.Equal("false", answer.Headers["x-should-retry"]);
        Assert.Contains("within 1 ms", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Bodies_of_one_client_leave_room_for_another()
    {
        ByteBudget budget = new(1000);

        Assert.True(budget.TryTake("greedy", 500));
        Assert.False(budget.TryTake("greedy", 1));
        Assert.True(budget.TryTake("modest", 250));
        Assert.False(budget.TryTake("modest", 1));
        budget.Return("greedy", 500);
        budget.Return("modest", 250);
        Assert.Equal(0, budget.Held);
    }

    [Fact]
    public async Task Bytes_are_given_back_whatever_becomes_of_a_request()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync();
        foreach (string body in (string[])["{", "{\"inputs\":\"a\"}", "{\"inputs\":1}", "", "{\"inputs\":\"\"}"])
            await server.PostAsync("/embed", body);

        Assert.Equal(0, server.App.Services.GetRequiredService<RequestBodies>().HeldBytes);
    }

    [Theory]
    [InlineData("/embed")]
    [InlineData("/predict")]
    [InlineData("/rerank")]
    [InlineData("/tokenize")]
    [InlineData("/decode")]
    [InlineData("/similarity")]
    [InlineData("/vertex")]
    [InlineData("/v1/embeddings")]
    public async Task Hostile_bodies_are_refused_and_nothing_else_happens(string path)
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync();
        string[] bodies =
        [
            "", "null", "[]", "1e999", "\"a\"", "{\"inputs\":1e999}", "{\"inputs\":[-1]}", "{\"ids\":[99999999999]}", "{\"ids\":[1.5]}",
            "{\"inputs\":\"a\\ud800\"}", "{\"\\ud800\":1}", "{\"inputs\":{\"a\":1,\"a\":2}}", $"{{\"inputs\":{new string('[', 100_000)}",
            $"{{\"inputs\":[{string.Join(',', Enumerable.Repeat("\"\"", 200_000))}]}}", "{\"inputs\":\"a\"}\0", "\uFEFF{\"inputs\":\"a\"}",
            "{\"inputs\":[[[[1]]]]}", "{\"instances\":[{\"inputs\":[]}]}", "{\"input\":[99999999]}", "{\"input\":\"a\",\"dimensions\":-1}",
            "{\"input\":\"a\",\"model\":\"../../etc/passwd\"}", "{\"query\":\"a\",\"texts\":[null]}", "{\"inputs\":{\"source_sentence\":1}}",
        ];
        foreach (string body in bodies)
        {
            RawAnswer answer = await server.PostAsync(path, body);
            Assert.True(answer.Status is >= 400 and < 500, $"{path} answers {answer.Status} to {body[..Math.Min(60, body.Length)]}: {answer.Text}");
            Assert.Equal("application/json", answer.Headers["content-type"]);
        }
        Assert.Equal(200, (await server.GetAsync("/health")).Status);
    }

    [Fact]
    public async Task Bad_bytes_are_malformed()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync();
        byte[] body = [.. "{\"inputs\":\"a"u8, 0xFF, 0xFE, .. "\"}"u8];

        RawAnswer answer = await RawHttp.SendAsync(
            server.EndPoint, "POST", "/embed", [new("content-type", "application/json"), new("content-length", $"{body.Length}")], body,
            TestContext.Current.CancellationToken);

        Assert.Equal(400, answer.Status);
    }
}
