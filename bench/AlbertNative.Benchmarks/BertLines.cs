using System.Globalization;
using AlbertNative.Cli;

namespace AlbertNative.Benchmarks;

/// <summary>The time from 64 texts to their vectors, of either side of a <see cref="BertCase"/>: a JSON line like those of passes.</summary>
internal static class BertLines
{
    private const int TextCount = 64, Runs = 9;

    /// <summary>English lines of the reference folder.</summary>
    public static string[] Texts() => [.. Repository.Lines("en").Where(line => line.Length > 0).Take(TextCount)];

    /// <param name="side">"ours" or "peer".</param>
    /// <param name="model">A model of <see cref="BertCase"/>.</param>
    /// <param name="int8">Whether the weights are in 8 bits.</param>
    /// <param name="atOnce">The texts of a call.</param>
    /// <param name="output">Takes the line.</param>
    public static void Write(string side, string model, bool int8, int atOnce, TextWriter output)
    {
        string[] texts = Texts();
        using BertCase both = new(model, int8);
        both.Check(texts);
        Timings ms = Timings.Measure(Runs, () => Embed(both, side, texts, atOnce), CancellationToken.None);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $$"""{"peer":"{{side}} {{model}} {{(int8 ? "int8" : "fp32")}}","threads":1,"batch":{{atOnce}},"min_ms":{{ms.MinMs:F3}},"median_ms":{{ms.MedianMs:F3}},"runs":{{ms.Runs}}}"""));
    }

    private static void Embed(BertCase both, string side, string[] texts, int atOnce)
    {
        foreach (string[] some in texts.Chunk(atOnce))
        {
            if (side == "peer")
                both.Peer.Embed(some);
            else
                _ = both.Ours.Embed(some).Count();
        }
    }
}
