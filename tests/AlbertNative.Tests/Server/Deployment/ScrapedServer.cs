using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using AlbertNative.Testing;
using AlbertNative.Tests.Samples;

namespace AlbertNative.Tests.Server.Deployment;

/// <summary>What a server that has answered a few requests exports, by the names of its metrics and of their labels.</summary>
public sealed partial class ScrapedServer : IAsyncLifetime
{
    private readonly Dictionary<string, HashSet<string>> _labels = [];

    /// <summary>The names of the metrics' series, and all labels that those have.</summary>
    public IReadOnlyDictionary<string, HashSet<string>> Labels => _labels;

    /// <summary>The labels' values that some metric has.</summary>
    public HashSet<(string Metric, string Label, string Value)> Values { get; } = [];

    /// <summary>What was exported before anything was asked.</summary>
    public string First { get; private set; } = "";

    /// <summary>What was exported afterwards.</summary>
    public string Last { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        using Process process = SampleProcess.Start(
            "albert-serve", "--model", $"nano={ShippedModels.Nano}", "--http", "127.0.0.1:0", "--drain-delay", "0");
        (Uri address, Task<string> log) = await ServerProgram.ListenAsync(process);
        using HttpClient client = new() { BaseAddress = address };
        await ServerProgram.WaitUntilReadyAsync(client);
        First = await client.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        foreach (string body in (string[])["{\"inputs\":[\"the king\"]}", "{\"inputs\":[]}"])
        {
            using StringContent content = new(body, new MediaTypeHeaderValue("application/json"));
            using HttpResponseMessage answer = await client.PostAsync(new Uri("/api/embed", UriKind.Relative), content);
        }
        // The exporter answers with the same text for a while.
        Last = First;
        while (!Last.Contains("gen_ai_client_token_usage", StringComparison.Ordinal) || !Last.Contains("error_type=", StringComparison.Ordinal))
        {
            await Task.Delay(50);
            Last = await client.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        }
        ServerProgram.Signal(process, "TERM");
        await process.WaitForExitAsync();
        _ = await log;
        foreach (Match line in Series().Matches(Last))
        {
            string name = line.Groups["name"].Value;
            HashSet<string> labels = _labels.TryGetValue(name, out HashSet<string>? known) ? known : _labels[name] = [];
            foreach (Match label in Label().Matches(line.Groups["labels"].Value))
            {
                labels.Add(label.Groups["label"].Value);
                Values.Add((name, label.Groups["label"].Value, label.Groups["value"].Value));
            }
        }
    }

    public ValueTask DisposeAsync() => default;

    [GeneratedRegex("^(?<name>[a-z_0-9]+)(?:\\{(?<labels>.*)\\})? [-+0-9.eE]+", RegexOptions.Multiline)]
    private static partial Regex Series();

    [GeneratedRegex("(?<label>[a-z_]+)=\"(?<value>[^\"]*)\"")]
    private static partial Regex Label();
}
