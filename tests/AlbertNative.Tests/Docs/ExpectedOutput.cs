using System.Globalization;
using System.Text.RegularExpressions;

namespace AlbertNative.Tests.Docs;

/// <summary>
/// Compares what a page shows with what came out. "…" stands for anything within a line, and alone on a line for any
/// lines. Numbers with a point may differ by one in their last shown digit, or by 0.0001, as vector widths may.
/// </summary>
internal static partial class ExpectedOutput
{
    private const string Anything = "…";

    public static void AssertMatches(IEnumerable<string> shown, string output, string where)
    {
        string[] expected = Trim(shown);
        string[] actual = Trim(Escape().Replace(output, "").Split('\n'));
        if (!Match(expected, actual))
            Assert.Fail($"{where} shows\n{string.Join('\n', expected)}\nbut the output is\n{string.Join('\n', actual)}");
    }

    private static string[] Trim(IEnumerable<string> lines)
    {
        List<string> trimmed = [.. lines.Select(line => line.TrimEnd())];
        while (trimmed.Count > 0 && trimmed[^1].Length == 0)
            trimmed.RemoveAt(trimmed.Count - 1);
        return [.. trimmed];
    }

    private static bool Match(ReadOnlySpan<string> expected, ReadOnlySpan<string> actual)
    {
        if (expected.IsEmpty)
            return actual.IsEmpty;
        if (expected[0].Trim() == Anything)
        {
            for (int skipped = 0; skipped <= actual.Length; skipped++)
            {
                if (Match(expected[1..], actual[skipped..]))
                    return true;
            }
            return false;
        }
        return !actual.IsEmpty && MatchLine(expected[0], actual[0]) && Match(expected[1..], actual[1..]);
    }

    private static bool MatchLine(string expected, string actual)
    {
        List<string> numbers = [];
        string pattern = Number().Replace(Regex.Escape(expected).Replace("\\.", ".", StringComparison.Ordinal), match =>
        {
            numbers.Add(match.Value);
            return "\u0001";
        });
        // Points were unescaped so that numbers show; those that are left stand for themselves.
        pattern = pattern.Replace(".", "\\.", StringComparison.Ordinal).Replace(Anything, ".*", StringComparison.Ordinal)
            .Replace("\u0001", "(-?[0-9]+\\.[0-9]+(?:E-?[0-9]+)?)", StringComparison.Ordinal);
        Match match = Regex.Match(actual, "^" + pattern + "$");
        return match.Success && numbers.Zip(match.Groups.Values.Skip(1)).All(pair => IsNear(pair.First, pair.Second.Value));
    }

    private static bool IsNear(string shown, string actual)
    {
        int decimals = shown.Length - shown.IndexOf('.', StringComparison.Ordinal) - 1;
        double tolerance = Math.Max(1.01 * Math.Pow(10, -decimals), 1e-4);
        return Math.Abs(double.Parse(shown, CultureInfo.InvariantCulture) - double.Parse(actual, CultureInfo.InvariantCulture)) <= tolerance;
    }

    [GeneratedRegex("-?[0-9]+\\.[0-9]+(?:E-?[0-9]+)?")]
    private static partial Regex Number();

    [GeneratedRegex("\u001b\\[[0-9;]*m")]
    private static partial Regex Escape();
}
