using System.Globalization;

namespace AlbertNative.LoadTest;

/// <summary>What a server says of itself at /metrics.</summary>
internal static class Metrics
{
    /// <summary>The sum of all series whose name begins so.</summary>
    public static async Task<double> SumAsync(Uri server, string prefix)
    {
        using HttpClient client = new() { BaseAddress = server };
        string text = await client.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        return text.Split('\n')
            .Where(line => line.StartsWith(prefix, StringComparison.Ordinal))
            .Sum(line => double.Parse(ValueOf(line), CultureInfo.InvariantCulture));
    }

    // NAME{LABELS} VALUE [TIMESTAMP]
    private static string ValueOf(string line)
    {
        int labels = line.LastIndexOf('}');
        return line[(labels < 0 ? line.IndexOf(' ', StringComparison.Ordinal) : labels + 1)..].Trim().Split(' ')[0];
    }
}
