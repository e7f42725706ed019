using System.Globalization;
using AlbertNative.Cli;

namespace AlbertNative.Benchmarks;

/// <summary>The time from 64 texts to their vectors, of either side of a <see cref="BertCase"/>: a JSON line like those of passes.</summary>
internal static class BertLines
{
    private const int TextCount = 64, Runs = 9;

    /// <summary>English lines of the reference folder.</summary>
    public static string[] Texts() => [.. Repository.Lines("en").Where(line => line.Length > 0).Take(TextCount)];

    /// <summary><c>ours|peer --model minilm|bert-base [--int8] [--at-once N]</c></summary>
    /// <exception cref="ArgumentException">An option is none of these.</exception>
    public static void Write(ReadOnlySpan<string> args, TextWriter output)
    {
        if (args is not ([var side, ..]) || side is not ("ours" or "peer"))
            throw new ArgumentException("the first argument is neither ours nor peer", nameof(args));
        (bool int8, int atOnce, string model) = (false, 1, "minilm");
        for (int i = 1; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--int8":
                    int8 = true;
                    break;
                case "--at-once":
                    atOnce = int.Parse(args[++i], CultureInfo.InvariantCulture);
                    break;
                case "--model":
                    model = args[++i];
                    break;
                default:
                    throw new ArgumentException($"{args[i]} is none of --model, --int8 and --at-once", nameof(args));
            }
        }
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
