using AlbertNative.Benchmarks;
using BenchmarkDotNet.Running;

// dotnet run -c Release --project bench/AlbertNative.Benchmarks -- --filter '*Product*'
// dotnet run -c Release --project bench/AlbertNative.Benchmarks -- report LINES.jsonl
if (args is ["report", string file])
    ComparisonReport.Write(File.ReadLines(file).Select(Measurement.Parse), Console.Out);
else
    BenchmarkSwitcher.FromAssembly(typeof(Matrices).Assembly).Run(args);
