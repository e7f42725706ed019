using System.Net;
using System.Text.Json;
using AlbertNative.Server.Requests;
using AlbertNative.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace AlbertNative.Tests.Server;

/// <summary>Streams of lines.</summary>
public sealed class NativeStreamTests
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Lines_are_answered_in_their_order_as_requests_are()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync();
        string[] texts = [.. Enumerable.Range(0, 200).Select(i => Tasks.Nano.Text(1 + (i % 40), seed: i))];

        string[] lines = await LinesAsync(server, "/api/embed?dimensions=3", string.Join('\n', texts.Select(text => $"\"{text}\"")));
        RawAnswer whole = await server.PostAsync("/api/embed", $$$"""{"inputs":[{{{string.Join(',', texts.Select(text => $"\"{text}\""))}}}],"options":{"dimensions":3}}""");

        using JsonDocument answer = JsonDocument.Parse(whole.Body);
        Assert.Equal(answer.RootElement.GetProperty("results").EnumerateArray().Select(result => result.GetRawText()), lines[..^1]);
        Assert.Equal("""{"done":true,"texts":200}""", lines[^1]);
        Assert.Equal(0, server.App.Services.GetRequiredService<RequestBodies>().HeldBytes);
    }

    [Fact]
    public async Task A_bad_line_has_its_error_in_its_place_and_the_stream_goes_on()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(("payload-limit", "4kB"), ("max-text-bytes", "1kB"));

        string[] lines = await LinesAsync(server, "/api/embed?dimensions=1", $"\"a\"\r\n\n{{\"text\":\n7\n\"\\ud800\"\n\"{new string('a', 2000)}\"\n{{\"text\":\"b\"}}\n  \n");

        Assert.Equal(
            [null, ("malformed", 2), ("wrong_type", 3), ("malformed", 4), ("text_too_long", 5), null],
            lines[..^1].Select(line => ErrorOf(line)));
        Assert.Equal("""{"done":true,"texts":2}""", lines[^1]);
    }

    [Fact]
    public async Task A_line_that_is_too_long_ends_the_stream_without_its_last_line()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(("payload-limit", "4kB"));

        string[] lines = await LinesAsync(server, "/api/embed?dimensions=1", $"\"a\"\n\"{new string('a', 5000)}\"\n\"b\"\n");

        Assert.Equal([null, ("body_too_large", 2)], lines.Select(line => ErrorOf(line)));
    }

    [Fact]
    public async Task What_is_wrong_with_all_lines_is_said_by_the_status()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync();
        foreach ((string path, string expected) in new[]
        {
            ("/api/embed?colour=red", "unknown fields"),
            ("/api/embed?dimensions=0", "whole number of at least 1"),
            ("/api/embed?offsets=bytes", "utf16, codepoint, utf8"),
            ("/api/embed?model=nobody", "no model of this name"),
        })
        {
            using HttpResponseMessage answer = await PostAsync(server, path, new StringContent("\"a\"\n"));
            Assert.True((int)answer.StatusCode is 400 or 404, $"{path}: {answer.StatusCode}");
            Assert.Contains(expected, await answer.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Answers_come_while_lines_are_still_sent_and_a_client_that_does_not_read_is_not_read_from()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(("body-rate", "0"), ("write-rate", "0"));
        RequestBodies bodies = server.App.Services.GetRequiredService<RequestBodies>();
        using LineConnection stream = await LineConnection.OpenAsync(server, "/api/embed-tokens", Stop);
        await stream.SendAsync("\"the king\"\n", Stop);
        Assert.StartsWith("HTTP/1.1 200", await stream.ReadHeadAsync(Stop), StringComparison.Ordinal);
        Assert.Contains("embeddings", await stream.ReadLineAsync(Stop), StringComparison.Ordinal);

        // Each line's answer is a thousand times as long: soon neither side's buffers take more.
        string line = "\"" + Tasks.Nano.Text(60) + "\"\n";
        int sent = 0;
        long most = 0;
        Task writing = Task.Run(async () =>
        {
            for (; sent < 1_000_000; sent++)
                await stream.SendAsync(line, Stop);
        }, Stop);
        // Sends no more, as nobody reads: a slow machine may pause too, which makes the test weaker, but no failure.
        for (int before = -1; sent == 0 || sent != before;)
        {
            before = Volatile.Read(ref sent);
            await Task.Delay(1000, Stop);
            most = Math.Max(most, bodies.HeldBytes);
        }
        Assert.False(writing.IsCompleted);
        Assert.InRange(most, 0, 1 << 20);

        // Its client leaves: what was ahead is let go.
        stream.Dispose();
        await Eventually.HoldsAsync(() => bodies.HeldBytes == 0);
        await Assert.ThrowsAnyAsync<Exception>(() => writing);
    }

    [Fact]
    public async Task A_server_that_ends_answers_what_it_has_read_and_says_from_which_line_on_to_send_again()
    {
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(("body-rate", "0"), ("write-rate", "0"));
        using LineConnection stream = await LineConnection.OpenAsync(server, "/api/embed?dimensions=1", Stop);
        await stream.SendAsync("\"the king\"\n\"the hill\"\n", Stop);
        Assert.StartsWith("HTTP/1.1 200", await stream.ReadHeadAsync(Stop), StringComparison.Ordinal);
        string first = (await stream.ReadLineAsync(Stop))!, second = (await stream.ReadLineAsync(Stop))!;
        Assert.Equal([null, null], new[] { first, second }.Select(line => ErrorOf(line)));

        // The client still sends: half of a line is there.
        await stream.SendAsync("\"half of", Stop);
        Task ending = server.App.StopAsync(Stop);
        string last = (await stream.ReadLineAsync(Stop))!;

        Assert.Equal(("not_ready", 3), ErrorOf(last));
        Assert.Contains("send the lines from this one on again", last, StringComparison.Ordinal);
        // Whole as HTTP has it, but without the line that says that it is: nothing is taken for answered that was not.
        Assert.Null(await stream.ReadLineAsync(Stop));
        // Its connection is waited for as long as it may send the rest of its body.
        stream.Dispose();
        await ending;
        Assert.Equal(0, server.App.Services.GetRequiredService<RequestBodies>().HeldBytes);
    }

    private static async Task<string[]> LinesAsync(LoopbackServerApp server, string path, string lines)
    {
        using HttpResponseMessage answer = await PostAsync(server, path, new StringContent(lines));
        string text = await answer.Content.ReadAsStringAsync(Stop);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, text);
        Assert.Equal("application/x-ndjson", answer.Content.Headers.ContentType!.MediaType);
        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static async Task<HttpResponseMessage> PostAsync(LoopbackServerApp server, string path, HttpContent body)
    {
        using HttpRequestMessage request = Request(path, body);
        return await server.Client.SendAsync(request, Stop);
    }

    private static HttpRequestMessage Request(string path, HttpContent body)
    {
        body.Headers.ContentType = new("application/x-ndjson");
        return new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = body };
    }

    private static (string, int)? ErrorOf(string line)
    {
        using JsonDocument json = JsonDocument.Parse(line);
        return json.RootElement.TryGetProperty("error", out JsonElement error)
            ? (error.GetProperty("code").GetString()!, json.RootElement.GetProperty("line").GetInt32())
            : null;
    }
}
