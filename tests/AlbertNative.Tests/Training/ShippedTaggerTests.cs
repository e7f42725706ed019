using AlbertNative.Model;
using AlbertNative.Testing;
using AlbertNative.Tests.Cli;
using AlbertNative.Training;

namespace AlbertNative.Tests.Training;

/// <summary>The tagger of syntactic words in <c>weights/</c>: its recipe, begun anew, has the losses that were written down.</summary>
public sealed class ShippedTaggerTests
{
    /// <summary>Of the first updates, as the run's <c>trainer_state.json</c> has them.</summary>
    private static readonly double[] Losses = [2.712642763244249, 2.691397791459287, 2.6968822854600054, 2.6820210389409156, 2.6730704592953547];

    [Fact]
    public void Its_recipe_begins_with_the_recorded_losses()
    {
        using ModelFiles files = ModelFiles.Open(ShippedModels.Nano);
        DataSet<TaggedSentence> sentences = DataFiles.ReadTags(Path.Combine(SharedFolder.Repository, "samples", "perdt", "train.txt"));
        TaggingTask task = new(files.LoadTokenizer(), sentences, null, 128);
        using FineTuning tuning = new(files, task, new TrainingOptions { LearningRate = 1e-3, Epochs = 10, BatchSize = 16, ThreadCount = 2 });
        Assert.Equal(910, tuning.Updates);
        Trainer trainer = new(tuning.Model, task.Train, new TrainingOptions { LearningRate = 1e-3, Epochs = 10, BatchSize = 16 });
        // Other vector widths add up in other orders.
        foreach (double loss in Losses)
            Assert.Equal(loss, trainer.Step(TestContext.Current.CancellationToken).Loss, 1e-4 * loss);
    }

    [Fact]
    public void It_tags_what_it_learnt()
    {
        using TokenClassifier tagger = TokenClassifier.Load(ShippedModels.WordTagger);
        Assert.Equal(15, tagger.Config.LabelCount);
        Assert.Contains("\"labels\":[\"NOUN\",\"ADP\",\"PROPN\",\"VERB\",\"PUNCT\"]", CliRun.Of("tag", "--words", "شاه به تهران رفت .").Output, StringComparison.Ordinal);
        Assert.Equal(["NOUN", "ADP", "PROPN", "VERB", "PUNCT"], tagger.ClassifyWords(["شاه", "به", "تهران", "رفت", "."]).Select(label => label?.Label));
    }
}
