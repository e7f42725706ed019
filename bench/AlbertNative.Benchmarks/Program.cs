using AlbertNative.Benchmarks;
using BenchmarkDotNet.Running;

// dotnet run -c Release --project bench/AlbertNative.Benchmarks -- --filter '*Product*'
// dotnet run -c Release --project bench/AlbertNative.Benchmarks -- report LINES.jsonl
// dotnet run -c Release --project bench/AlbertNative.Benchmarks -- onnxruntime --int8 --shapes 1x8,1x128
// dotnet run -c Release --project bench/AlbertNative.Benchmarks -- training --shape 8x128 --head token
// dotnet run -c Release --project bench/AlbertNative.Benchmarks -- quality --shared ../shared --seeds 5
// dotnet run -c Release --project bench/AlbertNative.Benchmarks -- layers
// dotnet run -c Release --project bench/AlbertNative.Benchmarks -- steps --shapes 1x8,1x128 --threads 1
// dotnet run -c Release --project bench/AlbertNative.Benchmarks -- text ours --model minilm --int8 --at-once 32
if (args is ["report", string file])
    ComparisonReport.Write(File.ReadLines(file).Select(Measurement.Parse), Console.Out);
else if (args is ["onnxruntime", ..])
    OnnxRuntimeLines.Write(args.AsSpan(1), Console.Out);
else if (args is ["text", ..])
    BertLines.Write(args.AsSpan(1), Console.Out);
else if (args is ["training", ..])
    TrainingLines.Write(args.AsSpan(1), Console.Out);
else if (args is ["quality", ..])
    QualityTable.Write(args.AsSpan(1), Console.Out);
else if (args is ["training-report", string steps])
    TrainingReport.Write(File.ReadLines(steps), Console.Out);
else if (args is ["layers"])
    LayerLines.Write(Console.Out);
else if (args is ["steps", ..])
    StepLines.Write(args.AsSpan(1), Console.Out);
else
    BenchmarkSwitcher.FromAssembly(typeof(Matrices).Assembly).Run(args);
