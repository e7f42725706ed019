using System.Globalization;
using AlbertNative.Cli;

namespace AlbertNative.Benchmarks;

/// <summary>
/// ONNX Runtime in C#, timed like its script for Node.js and <c>albert bench</c>: a JSON line for each shape, with the same
/// fields and as many runs.
/// </summary>
internal static class OnnxRuntimeLines
{
    /// <summary><c>[--int8] [--threads N] [--shapes 1x8,1x128] [--runs N]</c></summary>
    /// <exception cref="ArgumentException">An option is none of these.</exception>
    public static void Write(ReadOnlySpan<string> args, TextWriter output)
    {
        (bool int8, int threads, int? runs, string shapes) = (false, 1, null, BenchShape.DefaultList);
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
        foreach (BenchShape shape in shapes.Split(',').Select(SyntheticModels.Shape))
        {
            peer.Shape(shape);
            Timings ms = Timings.Measure(runs ?? ForwardBenchmark.DefaultRuns(shape), () => peer.Run(), CancellationToken.None);
            string name = $"onnxruntime {OnnxRuntimePeer.Version} C# {(int8 ? "int8" : "fp32")}";
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $$"""{"peer":"{{name}}","threads":{{threads}},"batch":{{shape.Texts}},"length":{{shape.Longest}},"min_ms":{{ms.MinMs:F3}},"median_ms":{{ms.MedianMs:F3}},"runs":{{ms.Runs}}}"""));
        }
    }
}
