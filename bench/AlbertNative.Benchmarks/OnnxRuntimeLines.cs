using System.Globalization;
using AlbertNative.Cli;

namespace AlbertNative.Benchmarks;

/// <summary>
/// ONNX Runtime in C#, timed like its script for Node.js and <c>albert bench</c>: a JSON line for each shape, with the same
/// fields and as many runs.
/// </summary>
internal static class OnnxRuntimeLines
{
    /// <param name="int8">Whether the weights are in 8 bits.</param>
    /// <param name="threads">The peer's threads.</param>
    /// <param name="shapes">What is timed.</param>
    /// <param name="runs">Runs of a shape; null for as many as <c>albert bench</c> takes.</param>
    /// <param name="output">Takes the lines.</param>
    public static void Write(bool int8, int threads, BenchShape[] shapes, int? runs, TextWriter output)
    {
        using OnnxRuntimePeer peer = new(int8, threads);
        foreach (BenchShape shape in shapes)
        {
            peer.Shape(shape);
            Timings ms = Timings.Measure(runs ?? ForwardBenchmark.DefaultRuns(shape), () => peer.Run(), CancellationToken.None);
            string name = $"onnxruntime {OnnxRuntimePeer.Version} C# {(int8 ? "int8" : "fp32")}";
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $$"""{"peer":"{{name}}","threads":{{threads}},"batch":{{shape.Texts}},"length":{{shape.Longest}},"min_ms":{{ms.MinMs:F3}},"median_ms":{{ms.MedianMs:F3}},"runs":{{ms.Runs}}}"""));
        }
    }
}
