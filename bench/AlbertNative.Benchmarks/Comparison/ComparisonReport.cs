using System.Globalization;

namespace AlbertNative.Benchmarks;

/// <summary>The table of a comparison: for each case the median over the rounds of both sides, and of their ratio.</summary>
internal static class ComparisonReport
{
    /// <summary>Writes the table in Markdown.</summary>
    public static void Write(IEnumerable<Measurement> measurements, TextWriter output)
    {
        output.WriteLine("| what | case | peer, ms | ours, ms | times as fast | least to most | |");
        output.WriteLine("|---|---|---:|---:|---:|---|---|");
        foreach (IGrouping<string, Measurement> section in measurements.GroupBy(m => m.Section))
        {
            List<double> medians = [];
            foreach (IGrouping<string, Measurement> group in section.GroupBy(m => m.Case))
            {
                if (WriteCase(section.Key, group.Key, [.. group], output) is double ratio)
                    medians.Add(ratio);
            }
            if (medians.Count > 1)
                output.WriteLine(Text($"| {section.Key} | geometric mean | | | **{Statistics.GeometricMean(medians):F2}** | | |"));
        }
    }

    /// <summary>Writes a case that both sides were measured on, and returns the median of the ratios.</summary>
    private static double? WriteCase(string section, string name, Measurement[] measurements, TextWriter output)
    {
        Measurement[] peers = [.. measurements.Where(m => !m.IsOurs)], ours = [.. measurements.Where(m => m.IsOurs)];
        double[] ratios = [.. peers.Join(ours, m => m.Round, m => m.Round, (peer, our) => peer.MedianMs / our.MedianMs)];
        if (ratios.Length == 0)
            return null;
        double ratio = Statistics.Median(ratios);
        double peerMs = Statistics.Median(peers.Select(m => m.MedianMs)), ourMs = Statistics.Median(ours.Select(m => m.MedianMs));
        string spread = Text($"{ratios.Min():F2} to {ratios.Max():F2}");
        output.WriteLine(Text(
            $"| {section} | {name} | {peerMs:F2} | {ourMs:F2} | **{ratio:F2}** | {spread} | {Remark(ours)} |"));
        return ratio;
    }

    private static string Remark(Measurement[] ours)
    {
        if (ours.All(m => m.SlowestToFastest is not null))
            return Text($"slowest caller {Statistics.Median(ours.Select(m => m.SlowestToFastest!.Value)):F2} times the fastest");
        if (ours.All(m => m.PeakShare is not null))
            return Text($"{100 * Statistics.Median(ours.Select(m => m.PeakShare!.Value)):F0} % of peak");
        return ours.All(m => m.MegabytesPerSecond is not null)
            ? Text($"{Statistics.Median(ours.Select(m => m.MegabytesPerSecond!.Value)):F1} MB/s")
            : "";
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
