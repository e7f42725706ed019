using AlbertNative;
using AlbertNative.Model;
using AlbertNative.Training;

namespace DocumentationSnippets;

internal static class Training
{
    public static void FineTunes()
    {
        using ModelFiles files = ModelFiles.Open("weights/albert-nano.safetensors");
        TrainingOptions options = new() { LearningRate = 1e-3, MaxSteps = 20, BatchSize = 6 };
        DataSet<LabelledText> texts = DataFiles.ReadTexts("docs/training/intents.csv");
        ClassificationTask task = new(TrainingTokenizer.Load(files, options), texts, dev: texts, maxLength: 32);
        using FineTuning tuning = new(files, task, options);
        TrainingEvents events = new()
        {
            Updated = step => { if (step.Number == 1) Console.WriteLine($"first loss {step.Loss:F2}"); },
            Evaluated = evaluation => evaluation.Scores.Main < 0.99, // false ends the run
        };
        TrainingSummary summary = tuning.Run("intents", events: events);
        Console.WriteLine($"{summary.Updates} updates, best macro F1 {summary.Best!.Scores.Metrics["macro_f1"]:F1}");

        using TextClassifier classifier = TextClassifier.Load("intents");
        Console.WriteLine(string.Join(", ", classifier.Config.Labels));
    }
}
