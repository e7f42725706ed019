using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using AlbertNative.Testing;
using AlbertNative.Tests.Samples;

namespace AlbertNative.Tests.Server;

/// <summary>The program as users run it: its log, its signals and its exit codes.</summary>
public sealed class ServerProcessTests
{
    [Fact]
    public async Task No_word_of_a_client_is_in_the_log_the_metrics_a_trace_or_an_error()
    {
        await using OtlpCollector collector = await OtlpCollector.StartAsync();
        using Process process = Start("--log-level", "trace", "--drain-delay", "0", "--otlp-endpoint", collector.Address, "--trace-ratio", "1");
        (Uri address, Task<string> log) = await ServerProgram.ListenAsync(process);
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        using HttpClient client = new() { BaseAddress = address };
        await ServerProgram.WaitUntilReadyAsync(client);
        Random random = new(11);
        List<string> words = [];
        StringBuilder answers = new();
        foreach (string path in (string[])
            ["/embed", "/predict", "/rerank", "/tokenize", "/similarity", "/vertex", "/v1/embeddings", "/v1/rerank", "/models/nano", "/models/W", "/v2/models/W/infer", "/api/tag", "/nowhere"])
        {
            foreach (string template in (string[])
                ["{\"inputs\":\"W\"}", "{\"input\":\"W\",\"model\":\"W\"}", "{\"W\":1,\"W\":2}", "{\"inputs\":[\"W\",", "{\"inputs\":[\"W\"],\"options\":{\"W\":1}}", "W", "{\"query\":\"W\",\"texts\":[1]}"])
            {
                string word = string.Concat(Enumerable.Range(0, 24).Select(_ => (char)('a' + random.Next(26))));
                words.Add(word);
                using HttpRequestMessage request = new(HttpMethod.Post, $"{path.Replace("W", word, StringComparison.Ordinal)}?q={word}");
                request.Content = new StringContent(template.Replace("W", word, StringComparison.Ordinal), new MediaTypeHeaderValue("application/json"));
                // Every other one comes to no model, the rest as far as they get.
                if (words.Count % 2 == 0)
                    request.Headers.Add("x-model", word);
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", word);
                using HttpResponseMessage answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
                if (!answer.IsSuccessStatusCode)
                    answers.Append(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
            }
        }
        answers.Append(await client.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken));
        ServerProgram.Signal(process, "TERM");
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        string written = await log + await errors + answers + collector.Received;

        Assert.Contains("request_id=", written, StringComparison.Ordinal);
        Assert.Contains("/opentelemetry.proto.collector.trace.v1.TraceService/Export", written, StringComparison.Ordinal);
        Assert.Contains("albert.compute", written, StringComparison.Ordinal);
        Assert.Contains("/opentelemetry.proto.collector.metrics.v1.MetricsService/Export", written, StringComparison.Ordinal);
        Assert.All(words, word => Assert.DoesNotContain(word, written, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Clients_make_no_series_of_metrics_whatever_they_ask()
    {
        using Process process = SampleProcess.Start(
            "albert-serve", "--model", $"nano={ShippedModels.Nano}", "--model", $"tagger={ShippedModels.Tagger}", "--model", $"words={ShippedModels.WordTagger}",
            "--http", "127.0.0.1:0", "--drain-delay", "0");
        (Uri address, Task<string> log) = await ServerProgram.ListenAsync(process);
        using HttpClient client = new() { BaseAddress = address };
        await ServerProgram.WaitUntilReadyAsync(client);
        for (int i = 0; i < 200; i++)
        {
            foreach (string path in (string[])["/embed", $"/nowhere/{i}", $"/models/{i}", $"/v2/models/{i}/infer", $"/v1/models/{i}", "/api/embed"])
            {
                using HttpRequestMessage request = new(i % 3 == 0 ? HttpMethod.Get : HttpMethod.Post, $"{path}?n={i}");
                request.Content = new StringContent($$"""{"inputs":["{{i}}"],"model":"m{{i}}"}""", new MediaTypeHeaderValue("application/json"));
                request.Headers.Add("x-model", i % 2 == 0 ? "nano" : $"m{i}");
                request.Headers.Add("x-request-id", $"id-{i}");
                (await client.SendAsync(request, TestContext.Current.CancellationToken)).Dispose();
            }
        }
        // The exporter answers with the same text for a while.
        await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        string[] series = [.. (await client.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken))
            .Split('\n').Where(line => line.Length > 0 && line[0] != '#')];
        ServerProgram.Signal(process, "TERM");
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        _ = await log;

        Assert.InRange(series.Length, 100, 2000);
        Assert.DoesNotContain(series, line => line.Contains("\"m1", StringComparison.Ordinal) || line.Contains("nowhere", StringComparison.Ordinal) || line.Contains("id-1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_terminated_server_answers_until_balancers_know_and_ends_well()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs signals");
        using Process process = Start("--drain-delay", "1h");
        (Uri address, Task<string> log) = await ServerProgram.ListenAsync(process);
        using HttpClient client = new() { BaseAddress = address };
        await ServerProgram.WaitUntilReadyAsync(client);

        ServerProgram.Signal(process, "TERM");
        HttpStatusCode health = HttpStatusCode.OK;
        while (health == HttpStatusCode.OK)
            health = (await client.GetAsync(new Uri("/health", UriKind.Relative), TestContext.Current.CancellationToken)).StatusCode;
        using StringContent body = new("""{"inputs":"the king"}""", new MediaTypeHeaderValue("application/json"));
        using HttpResponseMessage answer = await client.PostAsync(new Uri("/embed", UriKind.Relative), body, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, health);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.True(answer.Headers.ConnectionClose);
        ServerProgram.Signal(process, "TERM");
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, await log);
    }

    [Fact]
    public async Task SIGHUP_reads_the_settings_again_and_a_second_signal_does_not_wait()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs signals");
        string config = Path.GetTempFileName();
        try
        {
            File.WriteAllText(config, JsonSerializer.Serialize(new { model = new[] { $"nano={ShippedModels.Nano}" }, http = "127.0.0.1:0" }));
            using Process process = SampleProcess.Start("albert-serve", "--config", config, "--drain-delay", "60s");
            (Uri address, Task<string> log) = await ServerProgram.ListenAsync(process);
            using HttpClient client = new() { BaseAddress = address };
            await ServerProgram.WaitUntilReadyAsync(client);

            File.WriteAllText(config, "{");
            ServerProgram.Signal(process, "HUP");
            File.WriteAllText(config, JsonSerializer.Serialize(
                new { model = new[] { $"tagger={ShippedModels.Tagger}" }, alias = "words=tagger", http = "127.0.0.1:0", cache = "1MiB" }));
            ServerProgram.Signal(process, "HUP");
            using CancellationTokenSource reloaded = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            reloaded.CancelAfter(TimeSpan.FromSeconds(45)); // under nohup a program does not hear of it
            while ((await client.GetAsync(new Uri("/v1/models/words", UriKind.Relative), reloaded.Token)).StatusCode != HttpStatusCode.OK)
                await Task.Delay(20, reloaded.Token);
            HttpStatusCode gone = (await client.GetAsync(new Uri("/v1/models/nano", UriKind.Relative), TestContext.Current.CancellationToken)).StatusCode;
            using HttpResponseMessage info = await client.GetAsync(new Uri("/info", UriKind.Relative), TestContext.Current.CancellationToken);

            Assert.Equal(HttpStatusCode.NotFound, gone);
            Assert.Equal("tagger", Assert.Single(info.Headers.GetValues("x-model")));

            // The delay is a minute; whoever signals twice, and a client that never ends its request, do not make it that long.
            using TcpClient stalled = new();
            await stalled.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
            await stalled.GetStream().WriteAsync("POST /embed HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{"u8.ToArray(), TestContext.Current.CancellationToken);
            ServerProgram.Signal(process, "TERM");
            while ((await client.GetAsync(new Uri("/health", UriKind.Relative), TestContext.Current.CancellationToken)).IsSuccessStatusCode)
                await Task.Delay(20, TestContext.Current.CancellationToken);
            ServerProgram.Signal(process, "TERM");
            using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            limit.CancelAfter(TimeSpan.FromSeconds(45));
            await process.WaitForExitAsync(limit.Token);
            string written = await log;
            Assert.True(process.ExitCode == 0, written);
            Assert.Contains("these settings have changed and need a restart: cache", written, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(config);
        }
    }

    [Theory]
    [InlineData(2, "there is no pooling", "--model", "nano=weights,pooling=median")]
    [InlineData(1, "there is no model to serve")]
    [InlineData(1, "cannot be loaded", "--model", "nano=/nowhere/at/all", "--http", "127.0.0.1:0")]
    public async Task What_cannot_be_served_ends_the_program_with_the_reason(int code, string reason, params string[] arguments)
    {
        using Process process = SampleProcess.Start("albert-serve", arguments);
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        string errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Contains(reason, errors + await output, StringComparison.Ordinal);
        Assert.Equal(code, process.ExitCode);
    }

    private static Process Start(params string[] arguments) => SampleProcess.Start(
        "albert-serve", ["--model", $"nano={ShippedModels.Nano}", "--http", "127.0.0.1:0", .. arguments]);
}
