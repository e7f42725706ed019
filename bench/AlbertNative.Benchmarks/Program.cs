using System.CommandLine;
using AlbertNative.Benchmarks;
using AlbertNative.Cli;
using BenchmarkDotNet.Running;

// dotnet run -c Release --project bench/AlbertNative.Benchmarks -- --filter '*Product*'
// dotnet run -c Release --project bench/AlbertNative.Benchmarks -- steps --shapes 1x8,1x128 --threads 1
RootCommand root = new("Times single steps with BenchmarkDotNet, whose options it takes, and by commands what does not fit there.");

Option<bool> int8 = new("--int8") { Description = "Weights in 8 bits" };
Option<int> threads = new("--threads") { Description = "Threads", DefaultValueFactory = _ => 1 };
Option<int> allThreads = new("--threads") { Description = "Threads", DefaultValueFactory = _ => Environment.ProcessorCount };
Option<BenchShape[]?> shapes = ShapesOption(BenchShape.DefaultList);
Option<BenchShape[]?> stepShapes = ShapesOption("1x8,1x32,1x128,1x512");
Option<int?> runs = new("--runs") { Description = "Runs of a shape; by default the more the shorter it is" };
Option<int> trainingRuns = new("--runs") { Description = "Runs", DefaultValueFactory = _ => 3 };
Option<string> model = new("--model") { Description = "minilm or bert-base", DefaultValueFactory = _ => "minilm" };
Option<int> atOnce = new("--at-once") { Description = "Texts of a call", DefaultValueFactory = _ => 1 };
Option<string> trainingShape = new("--shape") { Description = "Texts by tokens, or mixed", DefaultValueFactory = _ => "8x128" };
Option<string> head = new Option<string>("--head") { DefaultValueFactory = _ => "token" }.AcceptOnlyFromAmong("sequence", "token");
Option<string> shared = new("--shared") { Description = "The reference folder", DefaultValueFactory = _ => "../shared" };
Option<string> tasks = new("--tasks") { Description = "Names of recipes", DefaultValueFactory = _ => QualityTable.Discriminating };
Option<int> seeds = new("--seeds") { Description = "The number of seeds", DefaultValueFactory = _ => 5 };
Option<int> firstSeed = new("--first") { Description = "The first of them", DefaultValueFactory = _ => 1 };
Argument<string> side = new Argument<string>("side") { Description = "ours or peer" }.AcceptOnlyFromAmong("ours", "peer");
Argument<FileInfo> lines = new Argument<FileInfo>("lines") { Description = "JSON lines of measurements" }.AcceptExistingOnly();

Add(new Command("report", "A table of lines that compare.sh gathered") { lines },
    parsed => ComparisonReport.Write(File.ReadLines(parsed.GetRequiredValue(lines).FullName).Select(Measurement.Parse), Console.Out));
Add(new Command("onnxruntime", "ONNX Runtime's passes, timed like those of albert bench") { int8, threads, shapes, runs },
    parsed => OnnxRuntimeLines.Write(
        parsed.GetValue(int8), parsed.GetValue(threads), parsed.GetRequiredValue(shapes)!, parsed.GetValue(runs), Console.Out));
Add(new Command("text", "From text to vector, by us or by FastBertTokenizer with ONNX Runtime") { side, model, int8, atOnce },
    parsed => BertLines.Write(
        parsed.GetRequiredValue(side), parsed.GetRequiredValue(model), parsed.GetValue(int8), parsed.GetValue(atOnce), Console.Out));
Add(new Command("training", "A training step") { threads, trainingShape, head, trainingRuns },
    parsed => TrainingLines.Write(
        parsed.GetValue(threads), parsed.GetRequiredValue(trainingShape), parsed.GetRequiredValue(head), parsed.GetValue(trainingRuns), Console.Out));
Add(new Command("training-report", "A table of lines of training steps") { lines },
    parsed => TrainingReport.Write(File.ReadLines(parsed.GetRequiredValue(lines).FullName), Console.Out));
Add(new Command("quality", "What fine-tuning reaches over seeds, beside transformers") { shared, tasks, seeds, firstSeed, allThreads },
    parsed => QualityTable.Write(
        parsed.GetRequiredValue(shared), parsed.GetRequiredValue(tasks).Split(','), parsed.GetValue(seeds), parsed.GetValue(firstSeed),
        parsed.GetValue(allThreads), Console.Out));
Add(new Command("layers", "Passes that are taken one layer at a time, beside whole ones"),
    _ => LayerLines.Write(Console.Out));
Add(new Command("steps", "Where the time of a layer goes, as shares of the processor's peak") { stepShapes, threads },
    parsed => StepLines.Write(parsed.GetRequiredValue(stepShapes)!, parsed.GetValue(threads), Console.Out));

if (args is [var first, ..] && root.Subcommands.Any(command => command.Name == first))
    return await root.Parse(args).InvokeAsync();
BenchmarkSwitcher.FromAssembly(typeof(Matrices).Assembly).Run(args);
return 0;

void Add(Command command, Action<ParseResult> run)
{
    command.SetAction(run);
    root.Add(command);
}

static Option<BenchShape[]?> ShapesOption(string list) => new("--shapes")
{
    Description = "Texts by tokens",
    DefaultValueFactory = _ => [.. list.Split(',').Select(SyntheticModels.Shape)],
    CustomParser = BenchCommand.ParseShapes,
};
