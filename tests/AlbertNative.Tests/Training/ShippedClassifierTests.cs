using AlbertNative.Model;
using AlbertNative.Testing;
using AlbertNative.Tests.Cli;
using AlbertNative.Training;

namespace AlbertNative.Tests.Training;

/// <summary>The classifier of a bank's questions in <c>weights/</c>: its recipe, begun anew, has the losses that were written down.</summary>
public sealed class ShippedClassifierTests
{
    /// <summary>Of the first updates, as the run's <c>log.jsonl</c> has them with <c>--logging-steps 1</c>.</summary>
    private static readonly double[] Losses = [4.342109871942252, 4.343468737740087, 4.349447524347399, 4.334061121813684, 4.338277273605634];

    private static DataOptions Columns { get; } = new() { LabelColumns = ["category"] };

    [Fact]
    public void Its_recipe_begins_with_the_recorded_losses()
    {
        TrainingOptions options = new()
        {
            LearningRate = 1e-3,
            Epochs = 20,
            BatchSize = 32,
            ThreadCount = 2,
            Freeze = ModelPart.Encoder,
            HiddenDropout = 0,
            AttentionDropout = 0,
            ClassifierDropout = 0.1,
        };
        using ModelFiles files = ModelFiles.Open(ShippedModels.MiniLM);
        DataSet<LabelledText> all = DataFiles.ReadTexts(Sample("train.csv"), Columns);
        (DataSet<LabelledText> train, _) = all.Split(0.1, options.Seed, text => text.Labels[0]);
        ClassificationTask task = new(TrainingTokenizer.Load(files, options), train, null, 128);
        using FineTuning tuning = new(files, task, options);
        Assert.Equal(5640, tuning.Updates);
        Trainer trainer = new(tuning.Model, task.Train, options);
        // Other vector widths add up in other orders.
        foreach (double loss in Losses)
            Assert.Equal(loss, trainer.Step(TestContext.Current.CancellationToken).Loss, 1e-4 * loss);
    }

    [Fact]
    public void It_answers_by_default_with_the_encoder_that_ships_beside_it()
    {
        using TextModel model = TextModel.Open(ShippedModels.BankingIntents);
        Assert.Equal(77, model.Config.LabelCount);
        Assert.InRange(new FileInfo(ShippedModels.BankingIntents).Length, 1, 1 << 20);
        CliRun run = CliRun.Of("classify", "My card was stolen, what now?", "--top-k", "1");
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.StartsWith("{\"labels\":[{\"label\":\"lost_or_stolen_card\",\"score\":0.", run.Output, StringComparison.Ordinal);
    }

    /// <summary>TF-IDF with logistic regression has 0.885 on all of them.</summary>
    [Fact]
    public void It_is_right_where_a_bag_of_words_is_wrong()
    {
        DataSet<LabelledText> test = DataFiles.ReadTexts(Sample("test.csv"), Columns);
        LabelledText[] some = [.. test.Where((_, i) => i % 10 == 0)];
        using TextClassifier classifier = TextClassifier.Load(ShippedModels.BankingIntents);
        int right = some.Zip(classifier.Classify(some.Select(text => text.Text), new() { TopK = 1 })).Count(pair => pair.First.Labels[0] == pair.Second[0].Label);
        Assert.True(right >= 0.89 * some.Length, $"{right} of {some.Length}");
    }

    private static string Sample(string name) => Path.Combine(SharedFolder.Repository, "samples", "banking77", name);
}
