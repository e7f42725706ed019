using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using AlbertNative.Testing;
using YamlDotNet.RepresentationModel;

namespace AlbertNative.Tests.Server.Deployment;

/// <summary>Dashboard, alerts and autoscalers ask for metrics that the server exports, by labels that those have.</summary>
public sealed partial class MonitoringTests(ScrapedServer server) : IClassFixture<ScrapedServer>
{
    private const string Alerts = "prometheus/alerts.yaml";

    // What the kubelet measures of a container, and what a scrape says of where it was.
    private static readonly string[] Foreign = ["container_memory_working_set_bytes", "container_spec_memory_limit_bytes"];
    private static readonly string[] OfTheScrape = ["job", "instance", "pod", "namespace", "container"];

    [Fact]
    public void The_dashboard_asks_for_what_there_is()
    {
        using JsonDocument dashboard = JsonDocument.Parse(DeployFolder.Read("grafana/albert-serve.json"));
        List<JsonElement> panels = [.. dashboard.RootElement.GetProperty("panels").EnumerateArray().Where(panel => panel.GetProperty("type").GetString() != "row")];
        Assert.True(panels.Count > 20, $"{panels.Count} panels");
        foreach (JsonElement panel in panels)
        {
            string title = panel.GetProperty("title").GetString()!;
            Assert.NotEmpty(panel.GetProperty("targets").EnumerateArray());
            foreach (JsonElement target in panel.GetProperty("targets").EnumerateArray())
            {
                PromQuery query = new(target.GetProperty("expr").GetString()!);
                AssertExported(query, title);
                foreach (Match label in Legend().Matches(target.GetProperty("legendFormat").GetString()!))
                    Assert.True(query.Groups.Contains(label.Groups[1].Value) || (!query.Groups.Any() && HasLabel(query, label.Groups[1].Value)), $"{title}: the legend's {label}");
            }
        }
        Assert.All(
            dashboard.RootElement.GetProperty("templating").GetProperty("list").EnumerateArray().Where(variable => variable.GetProperty("type").GetString() == "query"),
            variable => Assert.Contains(LabelValues().Match(variable.GetProperty("query").GetProperty("query").GetString()!).Groups[1].Value, server.Labels.Keys));
    }

    [Fact]
    public void The_dashboards_panels_have_numbers_and_places_of_their_own()
    {
        using JsonDocument dashboard = JsonDocument.Parse(DeployFolder.Read("grafana/albert-serve.json"));
        JsonElement[] panels = [.. dashboard.RootElement.GetProperty("panels").EnumerateArray()];

        Assert.Equal(panels.Length, panels.Select(panel => panel.GetProperty("id").GetInt32()).Distinct().Count());
        HashSet<(int, int)> taken = [];
        foreach (JsonElement place in panels.Select(panel => panel.GetProperty("gridPos")))
        {
            (int x, int y, int width, int height) = (
                place.GetProperty("x").GetInt32(), place.GetProperty("y").GetInt32(), place.GetProperty("w").GetInt32(), place.GetProperty("h").GetInt32());
            Assert.True(x + width <= 24);
            for (int cell = 0; cell < width * height; cell++)
                Assert.True(taken.Add((x + (cell % width), y + (cell / width))), $"two panels at {place}");
        }
    }

    [Fact]
    public void Alerts_ask_for_what_there_is()
    {
        YamlNode group = Assert.Single(DeployFolder.Yaml(Alerts).Items("groups"));
        List<YamlNode> rules = [.. group.Items("rules")];
        Assert.Equal(6, rules.Count);
        foreach (YamlNode rule in rules)
        {
            PromQuery query = new(rule.Text("expr"));
            AssertExported(query, rule.Text("alert"));
            foreach (Match label in AlertLabel().Matches(rule.Text("annotations.summary") + rule.Text("annotations.description")))
                Assert.Contains(label.Groups[1].Value, query.Groups);
        }
    }

    [Fact]
    public void The_page_names_what_there_is()
    {
        Dictionary<string, string> written = [];
        foreach (Match row in MetricRow().Matches(File.ReadAllText(Path.Combine(SharedFolder.Repository, "docs", "serving.md"))))
        {
            foreach (Match name in MetricName().Matches(row.Groups["names"].Value))
                written.Add(name.Value, row.Groups["labels"].Value.Trim());
        }
        // Replicas without a store share nothing.
        string[] shared = ["albertnative_quota_shared", "albertnative_quota_replicas"];

        Assert.Equal(
            server.Labels.Where(metric => MetricName().IsMatch(metric.Key))
                .GroupBy(metric => HistogramSuffix().Replace(metric.Key, ""), metric => metric.Value)
                .Select(metric => (metric.Key, string.Join(", ", metric.SelectMany(labels => labels).Where(label => label != "le" && !label.StartsWith("otel_", StringComparison.Ordinal)).Distinct().Order())))
                .OrderBy(metric => metric.Key, StringComparer.Ordinal),
            written.Where(metric => !shared.Contains(metric.Key))
                .Select(metric => (metric.Key, string.Join(", ", metric.Value.Split(", ", StringSplitOptions.RemoveEmptyEntries).Order())))
                .OrderBy(metric => metric.Key, StringComparer.Ordinal));
    }

    [Fact]
    public void What_alerts_ask_for_is_zero_before_it_happens()
    {
        Assert.Matches("(?m)^albertnative_rejected_total\\{.*reason=\"overload\".*\\} 0", server.First);
        Assert.Matches("(?m)^albertnative_refused_total\\{.*reason=\"overloaded\".*\\} 0", server.First);
        Assert.Matches("(?m)^albertnative_model_loads_total\\{.*result=\"failed\".*\\} 0", server.First);
        Assert.Matches("(?m)^albertnative_requests_total\\{.*dialect=\"grpc\",model=\"nano\",status=\"5xx\",task=\"fill_mask\".*\\} 0", server.First);
        Assert.Matches("(?m)^albertnative_texts_total\\{.*model=\"nano\",task=\"embeddings\".*\\} 0", server.First);
        Assert.Matches("(?m)^albertnative_tokens_total\\{.*kind=\"wasted\",model=\"nano\".*\\} 0", server.First);
        Assert.Matches("(?m)^albertnative_cache_misses_total\\{.*model=\"nano\".*\\} 0", server.First);
        Assert.Matches("(?m)^albertnative_preempted_total(\\{.*\\})? 0", server.First);
    }

    [Fact]
    public void Autoscalers_ask_for_what_there_is()
    {
        YamlNode metric = Assert.Single(DeployFolder.Yaml("kubernetes/autoscaler.yaml").Items("spec.metrics"));
        YamlNode rule = Assert.Single(DeployFolder.Yaml("kubernetes/prometheus-adapter.yaml").Items("rules.custom"));
        YamlNode trigger = Assert.Single(DeployFolder.Yaml("kubernetes/keda.yaml").Items("spec.triggers"));
        string name = metric.Text("pods.metric.name");

        Assert.Contains(name, server.Labels.Keys);
        Assert.Equal(name, rule.Text("name.matches"));
        Assert.StartsWith(name + "{", rule.Text("seriesQuery"), StringComparison.Ordinal);
        Assert.Equal(name, Assert.Single(new PromQuery(trigger.Text("metadata.query")).Metrics));
        Assert.Equal(("500m", "0.5"), (metric.Text("pods.target.averageValue"), trigger.Text("metadata.threshold")));
    }

    [Fact]
    public void A_query_for_what_there_is_not_is_found()
    {
        Assert.Equal(["no_such_total", "albertnative_rate"], new PromQuery("sum by (a) (rate(no_such_total{job=\"x\"}[5m])) / albertnative_rate > 0.5").Metrics);
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => AssertExported(new PromQuery("rate(no_such_total[5m])"), ""));
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => AssertExported(new PromQuery("sum by (colour) (albertnative_queue_tokens)"), ""));
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => AssertExported(new PromQuery("albertnative_rejected_total{reason=\"weather\"}"), ""));
    }

    [Theory]
    [InlineData("check", "rules", "src/AlbertNative.Server/deploy/prometheus/alerts.yaml")]
    [InlineData("test", "rules", "tests/AlbertNative.Tests/Server/Deployment/alerts.test.yaml")]
    public async Task Prometheus_accepts_the_alerts_and_they_come_when_they_should(string verb, string what, string file)
    {
        (int code, string output) = await AskPromtoolAsync([verb, what, Path.Combine(SharedFolder.Repository, file)], "");

        Assert.True(code == 0, output);
    }

    [Fact]
    public async Task Prometheus_can_read_what_is_exported()
    {
        // Of advice, which ends with 3, the framework's own names have some.
        (int code, string output) = await AskPromtoolAsync(["check", "metrics"], server.Last);

        Assert.True(code is 0 or 3, output);
        Assert.DoesNotContain("albertnative", output, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output)> AskPromtoolAsync(string[] arguments, string input)
    {
        Process? started = null;
        try
        {
            started = Process.Start(new ProcessStartInfo("promtool", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true });
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("needs promtool, of Debian's prometheus");
        }
        using Process promtool = started!;
        Task<string> errors = promtool.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await promtool.StandardInput.WriteAsync(input);
        promtool.StandardInput.Close();
        string output = await promtool.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken) + await errors;
        await promtool.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (promtool.ExitCode, output);
    }

    private void AssertExported(PromQuery query, string where)
    {
        Assert.NotEmpty(query.Metrics);
        Assert.All(query.Metrics, metric => Assert.True(server.Labels.ContainsKey(metric) || Foreign.Contains(metric), $"{where}: there is no {metric}"));
        Assert.All(query.Groups, label => Assert.True(OfTheScrape.Contains(label) || HasLabel(query, label), $"{where}: nothing has a label {label}"));
        foreach ((string metric, string label, string value) in query.Choices.Where(choice => !OfTheScrape.Contains(choice.Label)))
            Assert.True(server.Values.Contains((metric, label, value)), $"{where}: there is no {metric} whose {label} is {value}");
    }

    private bool HasLabel(PromQuery query, string label) =>
        OfTheScrape.Contains(label) || query.Metrics.Any(metric => server.Labels.TryGetValue(metric, out HashSet<string>? labels) && labels.Contains(label));

    [GeneratedRegex("\\{\\{(\\w+)\\}\\}")]
    private static partial Regex Legend();

    [GeneratedRegex("\\$labels\\.(\\w+)")]
    private static partial Regex AlertLabel();

    [GeneratedRegex(@"^\| (?<names>`(?:albertnative|gen_ai)_[^|]*) \|(?<labels>[^|]*)\|", RegexOptions.Multiline)]
    private static partial Regex MetricRow();

    [GeneratedRegex("(?:albertnative|gen_ai)_[a-z_]+")]
    private static partial Regex MetricName();

    [GeneratedRegex("_(?:bucket|sum|count)$")]
    private static partial Regex HistogramSuffix();

    [GeneratedRegex("^label_values\\((\\w+)")]
    private static partial Regex LabelValues();
}
