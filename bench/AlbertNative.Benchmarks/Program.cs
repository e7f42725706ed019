using AlbertNative.Benchmarks;
using BenchmarkDotNet.Running;

// dotnet run -c Release --project bench/AlbertNative.Benchmarks -- --filter '*Product*'
BenchmarkSwitcher.FromAssembly(typeof(Matrices).Assembly).Run(args);
