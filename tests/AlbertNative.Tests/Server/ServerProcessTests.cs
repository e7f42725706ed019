using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using AlbertNative.Testing;
using AlbertNative.Tests.Samples;

namespace AlbertNative.Tests.Server;

/// <summary>The program as users run it: its log, its signals and its exit codes.</summary>
public sealed class ServerProcessTests
{
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
