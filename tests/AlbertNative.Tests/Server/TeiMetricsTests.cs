using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using AlbertNative.Testing;
using AlbertNative.Tests.Samples;

namespace AlbertNative.Tests.Server;

/// <summary>Figures under text-embeddings-inference's names, where they are wanted.</summary>
public sealed partial class TeiMetricsTests
{
    [Fact]
    public async Task Dashboards_of_that_server_find_their_names_from_the_start_and_each_request_counts_once()
    {
        using Process process = SampleProcess.Start(
            "albert-serve", "--model", $"nano={ShippedModels.Nano}", "--http", "127.0.0.1:0", "--drain-delay", "100ms", "--tei-metrics");
        (Uri address, Task<string> log) = await ServerProgram.ListenAsync(process);
        using HttpClient client = new() { BaseAddress = address };
        await ServerProgram.WaitUntilReadyAsync(client);
        Dictionary<string, double> first = await ReadAsync(client);
        foreach (string body in (string[])["""{"inputs":"a"}""", """{"inputs":["a","b"]}""", """{"inputs":[]}""", "{"])
        {
            using StringContent content = new(body, new MediaTypeHeaderValue("application/json"));
            (await client.PostAsync(new Uri("/embed", UriKind.Relative), content, TestContext.Current.CancellationToken)).Dispose();
        }
        // The exporter answers with the same text for a while.
        Dictionary<string, double> last = first;
        while (last["te_request_failure{err=\"validation\"}"] < 2 || last["te_request_count{method=\"single\"}"] + last["te_request_count{method=\"batch\"}"] < 4)
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
            last = await ReadAsync(client);
        }
        ServerProgram.Signal(process, "TERM");
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        _ = await log;

        Assert.Equal((0, 0, 0), (first["te_request_count{method=\"single\"}"], first["te_request_success{method=\"batch\"}"], first["te_queue_size"]));
        Assert.Equal((1, 1), (last["te_request_success{method=\"single\"}"], last["te_request_success{method=\"batch\"}"]));
        Assert.Equal(4, last["te_request_count{method=\"single\"}"] + last["te_request_count{method=\"batch\"}"]);
        foreach (string histogram in (string[])["te_request_duration", "te_request_tokenization_duration", "te_request_queue_duration", "te_request_inference_duration", "te_request_input_length"])
            Assert.Equal(2, last[$"{histogram}_count"]);
        // Of each text, by what the model is for.
        Assert.Equal((3, 3, 2), (last["te_embed_count"], last["te_embed_success"], last["te_embed_duration_count"]));
        Assert.Equal((0, 0), (last["te_predict_count"], last["te_predict_success"]));
        Assert.True(last["te_batch_next_size_count"] > 0 && last["te_batch_next_tokens_count"] == last["te_batch_next_size_count"]);
    }

    private static async Task<Dictionary<string, double>> ReadAsync(HttpClient client)
    {
        string text = await client.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken);
        Dictionary<string, double> values = [];
        foreach (Match line in Lines().Matches(text))
        {
            // The exporter says of each series which meter it is of.
            string labels = string.Join(',', Labels().Matches(line.Groups["labels"].Value).Select(label => label.Value).Where(label => !label.StartsWith("otel_scope", StringComparison.Ordinal)));
            values[line.Groups["name"].Value + (labels.Length > 0 ? $"{{{labels}}}" : "")] = double.Parse(line.Groups["value"].Value, System.Globalization.CultureInfo.InvariantCulture);
        }
        return values;
    }

    [GeneratedRegex("^(?<name>te_[a-z_]+)(?:\\{(?<labels>.*)\\})? (?<value>[-+0-9.eE]+)", RegexOptions.Multiline)]
    private static partial Regex Lines();

    [GeneratedRegex("[a-z_]+=\"[^\"]*\"")]
    private static partial Regex Labels();
}
