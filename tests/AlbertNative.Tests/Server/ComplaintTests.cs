using System.Text.RegularExpressions;
using AlbertNative.Testing;

namespace AlbertNative.Tests.Server;

/// <summary>The table of complaints about other servers names tests and scenarios that there are.</summary>
public sealed partial class ComplaintTests
{
    [Fact]
    public void Each_complaint_is_held_by_a_test_that_there_is()
    {
        string[] rows = [.. File.ReadLines(Path.Combine(SharedFolder.Repository, "docs/decisions/serving-complaints.md")).Where(line => line.StartsWith('|')).Skip(2)];
        Dictionary<string, string> sources = new[] { "tests", "bench/AlbertNative.LoadTest" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(SharedFolder.Repository, folder), "*.cs", SearchOption.AllDirectories))
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .GroupBy(file => Path.GetFileNameWithoutExtension(file)).ToDictionary(file => file.Key, file => File.ReadAllText(file.First()));

        Assert.True(rows.Length > 25, $"{rows.Length} complaints");
        foreach (string row in rows)
        {
            MatchCollection names = Held().Matches(row.Split('|')[3]);
            Assert.True(names.Count > 0, row);
            foreach (Match name in names)
            {
                string type = name.Groups["type"].Value, method = name.Groups["method"].Value;
                Assert.True(sources.TryGetValue(type, out string? source), $"there is no {type}");
                Assert.True(method.Length == 0 || source.Contains($" {method}(", StringComparison.Ordinal), $"{type} has no {method}");
            }
        }
    }

    [GeneratedRegex("`(?:bench (?<type>\\w+)|(?<type>\\w+)\\.(?<method>\\w+))`")]
    private static partial Regex Held();
}
