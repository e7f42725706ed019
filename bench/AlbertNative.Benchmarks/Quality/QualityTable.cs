using System.Globalization;
using System.Text.Json;
using AlbertNative.Model;
using AlbertNative.Training;

namespace AlbertNative.Benchmarks;

/// <summary>
/// What fine-tuning reaches with the recipes of <c>goldens/training-quality</c>, over seeds, beside what transformers reaches: a task
/// passes where its mean is not below transformers' by more than max(3 s, 0.01), s² = sd²/n + sd'²/n', and no epoch's mean loss is
/// farther from transformers' than that.
/// </summary>
internal static class QualityTable
{
    /// <summary>The recipes, by name, that tell a good training from a bad one.</summary>
    public const string Discriminating = "ud-fa-perdt,parstwiner,banking77,ganjoor";

    /// <param name="shared">The reference folder.</param>
    /// <param name="tasks">Names of recipes.</param>
    /// <param name="seeds">The number of seeds.</param>
    /// <param name="first">The first of them.</param>
    /// <param name="threads">Threads of the training.</param>
    /// <param name="output">Takes the table.</param>
    public static void Write(string shared, string[] tasks, int seeds, int first, int threads, TextWriter output)
    {
        string goldens = Path.Combine(shared, "goldens", "training-quality");
        using JsonDocument results = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(goldens, "results.json")));
        output.WriteLine("| task | metric | seeds | here | transformers | difference | allowed | largest difference of an epoch's loss, of what is allowed | |");
        output.WriteLine("|---|---|---:|---|---|---:|---:|---:|---|");
        foreach (string task in tasks)
        {
            using JsonDocument recipe = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(goldens, "recipes", task + ".json")));
            QualityRun[] runs = [.. Enumerable.Range(first, seeds).Select(seed => Run(task, recipe.RootElement, shared, seed, threads))];
            output.WriteLine(Row(task, recipe.RootElement.GetProperty("metric").GetString()!, runs, results.RootElement.GetProperty("tasks").GetProperty(task).GetProperty("fine_tuned")));
        }
    }

    private static QualityRun Run(string task, JsonElement recipe, string shared, int seed, int threads)
    {
        string folder = Directory.CreateTempSubdirectory("albert-quality-").FullName;
        try
        {
            JsonElement arguments = recipe.GetProperty("TrainingArguments");
            TrainingOptions options = new()
            {
                LearningRate = arguments.GetProperty("learning_rate").GetDouble(),
                Epochs = arguments.GetProperty("num_train_epochs").GetDouble(),
                BatchSize = arguments.GetProperty("per_device_train_batch_size").GetInt32(),
                WeightDecay = arguments.GetProperty("weight_decay").GetDouble(),
                WarmupSteps = arguments.GetProperty("warmup_steps").GetDouble(),
                MaxGradientNorm = arguments.GetProperty("max_grad_norm").GetDouble(),
                LoadBestModelAtEnd = false,
                Seed = seed,
                ThreadCount = threads,
            };
            int length = recipe.GetProperty("max_length").GetInt32();
            using ModelFiles files = ModelFiles.Open(Path.Combine(shared, recipe.GetProperty("base_model").GetString()!));
            (string train, string test) = QualityData.Write(task, Path.Combine(shared, "datasets"), folder);
            TrainingTask trained;
            PreparedExamples judged;
            if (recipe.GetProperty("task").GetString() == "tag")
            {
                TaggingTask tagging = new(files.LoadTokenizer(), DataFiles.ReadTags(train), null, length);
                (trained, judged) = (tagging, tagging.Add(DataFiles.ReadTags(test)));
            }
            else
            {
                ClassificationTask classification = new(files.LoadTokenizer(), DataFiles.ReadTexts(train), null, length);
                (trained, judged) = (classification, classification.Add(DataFiles.ReadTexts(test)));
            }
            if (trained.Train.Count != recipe.GetProperty("parts").GetProperty("train").GetProperty("examples").GetInt32())
                throw new InvalidDataException($"{task}: {trained.Train.Count} examples to learn from are not the recipe's");
            using FineTuning tuning = new(files, trained, options);
            List<double> losses = [], epoch = [];
            TrainingEvents events = new()
            {
                Updated = step =>
                {
                    epoch.Add(step.Loss);
                    if (step.Number % tuning.UpdatesPerEpoch == 0)
                    {
                        losses.Add(epoch.Average());
                        epoch.Clear();
                    }
                },
            };
            tuning.Run(Path.Combine(folder, "out"), events: events);
            double score = tuning.Evaluate(judged).Metrics[recipe.GetProperty("metric").GetString()!];
            Console.Error.WriteLine(FormattableString.Invariant($"{task}, seed {seed}: {score:F4}, losses {string.Join(' ', losses.Select(loss => loss.ToString("F4", CultureInfo.InvariantCulture)))}"));
            return new QualityRun(score, losses);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Row(string task, string metric, QualityRun[] runs, JsonElement golden)
    {
        (double mean, double deviation) = Moments(runs.Select(run => run.Score));
        (double wanted, double other, int count) = Read(golden.GetProperty("test").GetProperty(metric));
        // One seed has no spread of its own: transformers' stands for it.
        double allowed = Allowed(runs.Length < 2 ? other : deviation, runs.Length, other, count), worst = 0;
        int epochs = golden.GetProperty("train_loss_by_epoch").GetArrayLength();
        for (int epoch = 0; epoch < epochs; epoch++)
        {
            (double loss, double spread) = Moments(runs.Select(run => run.Losses[epoch]));
            (double expected, double theirs, int n) = Read(golden.GetProperty("train_loss_by_epoch")[epoch]);
            worst = Math.Max(worst, Math.Abs(loss - expected) / Allowed(runs.Length < 2 ? theirs : spread, runs.Length, theirs, n));
        }
        bool passes = mean - wanted >= -allowed && worst <= 1;
        return string.Create(CultureInfo.InvariantCulture,
            $"| {task} | {metric} | {runs.Length} | {mean:F4} ± {deviation:F4} | {wanted:F4} ± {other:F4} | {mean - wanted:F4} | {-allowed:F4} | {worst:F2} | {(passes ? "passes" : "**fails**")} |");
    }

    private static double Allowed(double deviation, int count, double other, int otherCount) =>
        Math.Max(3 * Math.Sqrt((deviation * deviation / count) + (other * other / otherCount)), 0.01);

    private static (double Mean, double Deviation) Moments(IEnumerable<double> values)
    {
        double[] all = [.. values];
        double mean = all.Average();
        return (mean, all.Length < 2 ? 0 : Math.Sqrt(all.Sum(value => (value - mean) * (value - mean)) / (all.Length - 1)));
    }

    private static (double Mean, double Deviation, int Count) Read(JsonElement moments) =>
        (moments.GetProperty("mean").GetDouble(), moments.GetProperty("sd").GetDouble(), moments.GetProperty("n").GetInt32());
}

/// <summary>One seed's score on the test part, and the mean training loss of each epoch.</summary>
internal sealed record QualityRun(double Score, IReadOnlyList<double> Losses);
