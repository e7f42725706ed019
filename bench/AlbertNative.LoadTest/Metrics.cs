using System.Diagnostics;
using System.Globalization;

namespace AlbertNative.LoadTest;

/// <summary>What a server says of itself at /metrics.</summary>
internal static class Metrics
{
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(10);

    /// <summary>The sum of all series whose name begins so, and that have a label, such as <c>kind="wasted"</c>, where one is named.</summary>
    public static async Task<double> SumAsync(Uri server, string prefix, string label = "")
    {
        using HttpClient client = new() { BaseAddress = server };
        string text = await client.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        return text.Split('\n')
            .Where(line => line.StartsWith(prefix, StringComparison.Ordinal) && line.Contains(label, StringComparison.Ordinal))
            .Sum(line => double.Parse(ValueOf(line), CultureInfo.InvariantCulture));
    }

    /// <summary>Waits until all series whose names begin so are 0.</summary>
    /// <returns>False where they are not, though a server that has nothing to do had time enough.</returns>
    public static async Task<bool> BecomeZeroAsync(Uri server, params IEnumerable<string> prefixes)
    {
        for (Stopwatch clock = Stopwatch.StartNew(); clock.Elapsed < Settle;)
        {
            double held = 0;
            foreach (string prefix in prefixes)
                held += await SumAsync(server, prefix);
            if (held == 0)
                return true;
            await Task.Delay(100);
        }
        return false;
    }

    // NAME{LABELS} VALUE [TIMESTAMP]
    private static string ValueOf(string line)
    {
        int labels = line.LastIndexOf('}');
        return line[(labels < 0 ? line.IndexOf(' ', StringComparison.Ordinal) : labels + 1)..].Trim().Split(' ')[0];
    }
}
