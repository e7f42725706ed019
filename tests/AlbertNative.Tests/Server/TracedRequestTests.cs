using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using AlbertNative.Testing;
using AlbertNative.Tests.Samples;

namespace AlbertNative.Tests.Server;

/// <summary>What an operator follows: from a slow bucket to a trace, from a trace to a line of the log, from a client that has gone to its count.</summary>
public sealed class TracedRequestTests
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";

    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_request_that_its_caller_traces_is_found_by_its_trace_in_spans_metrics_and_log()
    {
        await using OtlpCollector collector = await OtlpCollector.StartAsync();
        // Nothing is traced but what the caller traces.
        using Process process = Start("--otlp-endpoint", collector.Address, "--trace-ratio", "0");
        (Uri address, Task<string> log) = await ServerProgram.ListenAsync(process);
        using HttpClient client = new() { BaseAddress = address };
        await ServerProgram.WaitUntilReadyAsync(client);

        await AskAsync(client, traced: false);
        await AskAsync(client, traced: true);
        string metrics = await MetricsAsync(client, text => text.Contains("trace_id", StringComparison.Ordinal));
        ServerProgram.Signal(process, "TERM");
        await process.WaitForExitAsync(Stop);
        string[] lines = [.. (await log).Split('\n').Where(line => line.Contains("route=/embed", StringComparison.Ordinal))];

        Assert.Contains($"trace_id=\"{Trace}\"", metrics, StringComparison.Ordinal);
        Assert.Equal(2, lines.Length);
        Assert.Contains("trace_id= ", lines[0], StringComparison.Ordinal);
        Assert.Contains($"trace_id={Trace} ", lines[1], StringComparison.Ordinal);
        Assert.Matches("task=embeddings .* bytes_in=21 bytes_out=[1-9][0-9]* read_ms=[0-9.]+ tokenize_ms=[0-9.]+ queue_ms=[0-9.]+ compute_ms=[0-9.]+ write_ms=[0-9.]+ total_ms=[0-9.]+ cancelled_at= ", lines[1]);
        string trace = Encoding.Latin1.GetString(Convert.FromHexString(Trace));
        Assert.Contains(trace, collector.Received, StringComparison.Ordinal);
        Assert.All(
            (string[])["albert.read", "albert.tokenize", "albert.queue", "albert.compute", "albert.write"],
            span => Assert.Equal(2, collector.Received.Split(span).Length));
        // Each layer is a step of its own, which refers to the request, and no span of the one that is not traced.
        Assert.All((string[])["albert.step", "join", "leave", "albertnative.steps", "albertnative.neighbours"], word => Assert.Contains(word, collector.Received, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_client_that_goes_while_its_body_is_read_is_counted_and_is_no_fault()
    {
        using Process process = Start();
        (Uri address, Task<string> log) = await ServerProgram.ListenAsync(process);
        using HttpClient client = new() { BaseAddress = address };
        await ServerProgram.WaitUntilReadyAsync(client);

        using (Socket socket = new(SocketType.Stream, ProtocolType.Tcp))
        {
            await socket.ConnectAsync(address.Host, address.Port, Stop);
            await socket.SendAsync("POST /embed HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n"u8.ToArray(), Stop);
            // The server says so when it begins to read the body.
            byte[] reads = "HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray(), said = new byte[reads.Length];
            for (int length = 0, more; length < said.Length; length += more)
                Assert.NotEqual(0, more = await socket.ReceiveAsync(said.AsMemory(length), Stop));
            Assert.Equal(reads, said);
            socket.LingerState = new LingerOption(true, 0);
        }
        string metrics = await MetricsAsync(client, text => text.Contains("stage=\"reading\"} 1", StringComparison.Ordinal));
        ServerProgram.Signal(process, "TERM");
        await process.WaitForExitAsync(Stop);

        Assert.Matches("albertnative_cancelled_total\\{.*stage=\"reading\"\\} 1", metrics);
        Assert.Contains("route=/embed model= version= task= key= status=499 error= ", await log, StringComparison.Ordinal);
    }

    private static Process Start(params string[] arguments) => SampleProcess.Start(
        "albert-serve", ["--model", $"nano={ShippedModels.Nano}", "--http", "127.0.0.1:0", "--drain-delay", "0", .. arguments]);

    private static async Task AskAsync(HttpClient client, bool traced)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "/embed");
        request.Content = new StringContent("""{"inputs":"the king"}""", new MediaTypeHeaderValue("application/json"));
        if (traced)
            request.Headers.Add("traceparent", $"00-{Trace}-b7ad6b7169203331-01");
        (await client.SendAsync(request, Stop)).EnsureSuccessStatusCode().Dispose();
    }

    /// <summary>The metrics in OpenMetrics' form, once they are as wanted; as they were last where they are not for a minute.</summary>
    private static async Task<string> MetricsAsync(HttpClient client, Func<string, bool> wanted)
    {
        string text = "";
        // The exporter answers with the same text for a while.
        for (Stopwatch clock = Stopwatch.StartNew(); clock.Elapsed < TimeSpan.FromMinutes(1) && !wanted(text);)
        {
            await Task.Delay(50, Stop);
            using HttpRequestMessage request = new(HttpMethod.Get, "/metrics");
            request.Headers.Accept.ParseAdd("application/openmetrics-text");
            using HttpResponseMessage answer = await client.SendAsync(request, Stop);
            text = await answer.Content.ReadAsStringAsync(Stop);
        }
        return text;
    }
}
