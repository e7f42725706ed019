using System.Text.RegularExpressions;

namespace AlbertNative.Tests.Server.Deployment;

/// <summary>The names in a query of Prometheus's.</summary>
/// <param name="Text">The query.</param>
internal sealed partial record PromQuery(string Text)
{
    private static readonly HashSet<string> Words =
    [
        "sum", "max", "min", "avg", "count", "rate", "increase", "histogram_quantile", "clamp_min", "by", "on", "unless", "and", "or",
    ];

    /// <summary>The metrics that are asked for: every name that is none of the language's.</summary>
    public IEnumerable<string> Metrics => Name().Matches(Grouping().Replace(Range().Replace(Matchers().Replace(Text, ""), ""), ""))
        .Select(name => name.Value).Where(name => !Words.Contains(name)).Distinct();

    /// <summary>The labels that series are grouped by.</summary>
    public IEnumerable<string> Groups => Grouping().Matches(Text).SelectMany(group => group.Groups["labels"].Value.Split(',', StringSplitOptions.TrimEntries)).Distinct();

    /// <summary>The metrics with the labels that they are chosen by, and those labels' values.</summary>
    public IEnumerable<(string Metric, string Label, string Value)> Choices =>
        from choice in Chosen().Matches(Text)
        from Match matcher in Matcher().Matches(choice.Groups["matchers"].Value)
        select (choice.Groups["metric"].Value, matcher.Groups["label"].Value, matcher.Groups["value"].Value);

    [GeneratedRegex("\\{[^}]*\\}")]
    private static partial Regex Matchers();

    [GeneratedRegex("\\[[^\\]]*\\]")]
    private static partial Regex Range();

    [GeneratedRegex("\\b(?:by|on) ?\\((?<labels>[^)]*)\\)")]
    private static partial Regex Grouping();

    [GeneratedRegex("(?<![\\w.])[a-z_][a-z_0-9]*")]
    private static partial Regex Name();

    [GeneratedRegex("(?<metric>[a-z_]+)\\{(?<matchers>[^}]*)\\}")]
    private static partial Regex Chosen();

    [GeneratedRegex("(?<label>[a-z_]+)=~?\"(?<value>[^\"]*)\"")]
    private static partial Regex Matcher();
}
