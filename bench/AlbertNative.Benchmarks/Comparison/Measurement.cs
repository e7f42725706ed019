using System.Text.Json;

namespace AlbertNative.Benchmarks;

/// <summary>One line that <c>compare.sh</c> collects: a script's own fields behind what was compared, by whom and when.</summary>
/// <param name="Section">What is compared, such as "fp32, 1 thread".</param>
/// <param name="Case">The shape or text within it.</param>
/// <param name="IsOurs">Whether this is the side that the comparison is about.</param>
/// <param name="Round">The round: what was measured in one round is compared.</param>
/// <param name="MedianMs">The median of the runs, in milliseconds.</param>
/// <param name="PeakShare">The share of the multiply-add peak; null where it was not measured.</param>
/// <param name="MegabytesPerSecond">The speed of a tokenizer; null for others.</param>
/// <param name="SlowestToFastest">How much longer the slowest of several callers took than the fastest; null for one caller.</param>
internal sealed record Measurement(
    string Section, string Case, bool IsOurs, int Round, double MedianMs, double? PeakShare, double? MegabytesPerSecond,
    double? SlowestToFastest)
{
    /// <summary>Reads a line.</summary>
    /// <exception cref="JsonException">It is no JSON object.</exception>
    /// <exception cref="KeyNotFoundException">A field is missing.</exception>
    public static Measurement Parse(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        JsonElement root = document.RootElement;
        return new(
            root.GetProperty("section").GetString()!,
            root.GetProperty("case").GetString()!,
            root.GetProperty("side").GetString() == "ours",
            root.GetProperty("round").GetInt32(),
            root.GetProperty("median_ms").GetDouble(),
            Optional(root, "peak_share"),
            Optional(root, "mb_per_s"),
            Optional(root, "slowest_to_fastest"));
    }

    private static double? Optional(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement value) ? value.GetDouble() : null;
}
