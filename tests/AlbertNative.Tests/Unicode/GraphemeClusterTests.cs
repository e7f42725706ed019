using AlbertNative.Tokenization.Unicode;

namespace AlbertNative.Tests.Unicode;

public sealed class GraphemeClusterTests
{
    [Fact]
    public void Every_line_of_the_conformance_test_holds()
    {
        int lines = 0;
        foreach ((int number, string line) in UnicodeTestData.Lines("GraphemeBreakTest-15.0.0.txt"))
        {
            // ÷ marks a boundary and × the absence of one.
            string[] clusters = Array.ConvertAll(
                line.Split('÷', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
                cluster => UnicodeTestData.Text(cluster.Replace("×", "", StringComparison.Ordinal)));
            string[] found = Clusters(string.Concat(clusters));
            if (!clusters.AsSpan().SequenceEqual(found))
                Assert.Fail($"line {number}: expected {line}, found clusters of {string.Join(", ", found.Select(c => c.Length))} chars");
            lines++;
        }
        Assert.True(lines > 600, $"only {lines} lines read");
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("a", 1)]
    [InlineData("👩‍👩‍👧", 1)]
    [InlineData("👩\u200D\u200D👧", 2)]          // two joiners do not join
    [InlineData("🇫🇷🇩🇪🇮", 3)]
    public void Clusters_are_counted(string text, int count) => Assert.Equal(count, Clusters(text).Length);

    [Fact]
    public void Lone_surrogates_are_replacement_characters()
    {
        Assert.Equal(["\uD800\u0301", "x"], Clusters("\uD800\u0301x"));
        Assert.Equal(["\uDC00", "\uD800"], Clusters("\uDC00\uD800"));
    }

    private static string[] Clusters(string text)
    {
        List<string> clusters = [];
        for (int start = 0, end; start < text.Length; start = end)
        {
            end = GraphemeClusters.NextBoundary(text, start);
            clusters.Add(text[start..end]);
        }
        return [.. clusters];
    }
}
