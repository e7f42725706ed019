using System.Diagnostics;
using System.Globalization;

namespace AlbertNative.Benchmarks;

/// <summary>
/// ONNX Runtime in C#, timed like its script for Node.js and <c>albert bench</c>: a JSON line for each shape, with the same
/// fields and as many runs.
/// </summary>
internal static class OnnxRuntimeLines
{
    private const int WarmUps = 3;

    /// <summary><c>[--int8] [--threads N] [--shapes 1x8,1x128] [--runs N]</c></summary>
    /// <exception cref="ArgumentException">An option is none of these.</exception>
    public static void Write(ReadOnlySpan<string> args, TextWriter output)
    {
        (bool int8, int threads, int? runs, string shapes) = (false, 1, null, "1x8,1x32,1x128,1x384,1x512,8x128,32x32");
        for (int i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--int8":
                    int8 = true;
                    break;
                case "--threads":
                    threads = int.Parse(args[++i], CultureInfo.InvariantCulture);
                    break;
                case "--runs":
                    runs = int.Parse(args[++i], CultureInfo.InvariantCulture);
                    break;
                case "--shapes":
                    shapes = args[++i];
                    break;
                default:
                    throw new ArgumentException($"{args[i]} is none of --int8, --threads, --runs and --shapes", nameof(args));
            }
        }
        using OnnxRuntimePeer peer = new(int8, threads);
        foreach (string shape in shapes.Split(','))
        {
            peer.Shape(shape);
            int[] counts = [.. shape.Split('x').Select(count => int.Parse(count, CultureInfo.InvariantCulture))];
            double[] ms = Time(peer, runs ?? Math.Clamp(6000 / (counts[0] * counts[1]), 7, 60));
            string name = $"onnxruntime {OnnxRuntimePeer.Version} C# {(int8 ? "int8" : "fp32")}";
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $$"""{"peer":"{{name}}","threads":{{threads}},"batch":{{counts[0]}},"length":{{counts[1]}},"min_ms":{{ms[0]:F3}},"median_ms":{{ms[ms.Length / 2]:F3}},"runs":{{ms.Length}}}"""));
        }
    }

    /// <summary>The times of the runs in milliseconds, ascending.</summary>
    private static double[] Time(OnnxRuntimePeer peer, int runs)
    {
        for (int i = 0; i < WarmUps; i++)
            peer.Run();
        double[] ms = new double[runs];
        for (int i = 0; i < runs; i++)
        {
            long start = Stopwatch.GetTimestamp();
            peer.Run();
            ms[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }
        Array.Sort(ms);
        return ms;
    }
}
