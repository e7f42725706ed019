using AlbertNative.Model;
using AlbertNative.Testing;
using AlbertNative.Tests.Checkpoints;
using AlbertNative.Training;

namespace AlbertNative.Tests.Training;

/// <summary>Labels, any number of labels, numbers and choices: learnt by heart from a few texts, written and asked again.</summary>
public sealed class SequenceTaskTests : IDisposable
{
    private static readonly TrainingOptions Quick = new()
    {
        LearningRate = 1e-3,
        BatchSize = 4,
        MaxSteps = 40,
        WarmupSteps = 4,
        WeightDecay = 0,
        ThreadCount = 2,
        LoadBestModelAtEnd = false,
    };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Any_number_of_labels_is_learnt()
    {
        DataSet<LabelledText> texts = DataFiles.ReadTexts(_folder.Write("texts.jsonl", Often("""
            {"text": "the king of israel", "labels": ["person", "place"]}
            {"text": "the king", "labels": ["person"]}
            {"text": "jerusalem", "labels": ["place"]}
            {"text": "and it was so", "labels": []}

            """)));
        using ModelFiles files = ModelFiles.Open(ShippedModels.Nano);
        MultiLabelTask task = new(files.LoadTokenizer(), texts, texts, 32);
        Assert.Equal([("person", 20), ("place", 20)], task.LabelCounts.Select(pair => (pair.Key, pair.Value)));
        using FineTuning run = new(files, task, Quick);
        TaskScores scores = run.Run(FileOf("out")).Evaluations[^1].Scores;
        Assert.Equal((1, 1), (scores.Metrics["micro_f1"], scores.Metrics["subset_accuracy"]));
        using TextClassifier classifier = TextClassifier.Load(FileOf("out"));
        Assert.Equal(ProblemType.MultiLabelClassification, classifier.Config.ProblemType);
        Assert.All(classifier.Classify("the king of israel"), label => Assert.True(label.Score > 0.5f, label.Label));
        Assert.All(classifier.Classify("and it was so"), label => Assert.True(label.Score < 0.5f, label.Label));
    }

    [Fact]
    public void Numbers_of_pairs_are_learnt_one_or_several()
    {
        DataSet<LabelledText> pairs = DataFiles.ReadTexts(
            _folder.Write("pairs.csv", "sentence1,sentence2,a,b\n" + Often("the king,the queen,0.5,-1\nthe king,the king,1,2\na car,the king,0,0\nthe sea,a car,-0.25,1\n")),
            new() { LabelColumns = ["a", "b"] });
        using ModelFiles files = ModelFiles.Open(ShippedModels.Nano);
        RegressionTask task = new(files.LoadTokenizer(), pairs, pairs, 32);
        using FineTuning run = new(files, task, Quick with { MaxSteps = 80 });
        TaskScores scores = run.Run(FileOf("out")).Evaluations[^1].Scores;
        Assert.InRange(scores.Metrics["mse"], 0, 0.1);
        Assert.Equal(scores.Metrics["loss"], scores.Metrics["mse"], 1e-5);
        using TextClassifier classifier = TextClassifier.Load(FileOf("out"));
        Assert.Equal((ProblemType.Regression, 2), (classifier.Config.ProblemType, classifier.Config.LabelCount));
        Assert.Equal(2, classifier.ClassifyPair("the king", "the king").Max(label => label.Score), 0.5f);
    }

    [Theory]
    [InlineData("text,label\na,1\nb,x\n", "(3,label): 'x' is no number")]
    [InlineData("text,label\na,1\nb,1e39\n", "(3,label): '1e39' is too large")]
    public void A_label_that_is_no_number_is_named_with_its_line(string data, string message)
    {
        using ModelFiles files = ModelFiles.Open(ShippedModels.Nano);
        DataSet<LabelledText> texts = DataFiles.ReadTexts(_folder.Write("texts.csv", data));
        DataFormatException refusal = Assert.Throws<DataFormatException>(() => new RegressionTask(files.LoadTokenizer(), texts, null, 32));
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_label_that_train_does_not_have_is_named_with_its_line()
    {
        using ModelFiles files = ModelFiles.Open(ShippedModels.Nano);
        DataSet<LabelledText> train = DataFiles.ReadTexts(_folder.Write("train.jsonl", """{"text": "a", "labels": ["x"]}""" + "\n"));
        DataSet<LabelledText> dev = DataFiles.ReadTexts(_folder.Write("dev.jsonl", """{"text": "a", "labels": ["x", "y"]}""" + "\n"));
        DataFormatException refusal = Assert.Throws<DataFormatException>(() => new MultiLabelTask(files.LoadTokenizer(), train, dev, 32));
        Assert.Contains("dev.jsonl(1): the label 'y' does not occur", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Choices_are_learnt_and_micro_batches_do_not_decide_what_is_dropped()
    {
        DataSet<ChoiceExample> questions = DataFiles.ReadChoices(_folder.Write("choices.jsonl", Often("""
            {"text": "the king of", "choices": ["israel", "running", "eleven"], "label": 0}
            {"text": "he went up to", "choices": ["green", "jerusalem"], "label": 1}
            {"text": "three and three are", "choices": ["ten", "a house", "six", "blue"], "label": 2}

            """)));
        using ModelFiles files = ModelFiles.Open(ShippedModels.Nano);
        ChoiceTask task = new(files.LoadTokenizer(), questions, questions, 32);
        using FineTuning run = new(files, task, Quick with { MaxSteps = 60, BatchSize = 3 });
        TaskScores scores = run.Run(FileOf("out")).Evaluations[^1].Scores;
        Assert.Equal(1, scores.Metrics["accuracy"]);
        using MultipleChoiceSelector selector = MultipleChoiceSelector.Load(FileOf("out"));
        Assert.Equal([0, 1, 2], questions.Take(3).Select(question => selector.Select(question.Text, question.Choices).Best));

        double Loss(int tokens)
        {
            using FineTuning other = new(files, task, Quick with { BatchSize = 3, TokensPerMicroBatch = tokens });
            return new Trainer(other.Model, task.Train, Quick with { BatchSize = 3, TokensPerMicroBatch = tokens }).Step().Loss;
        }
        Assert.Equal(Loss(4096), Loss(8), 1e-5);
    }

    [Fact]
    public void A_development_set_of_nothing_is_refused_before_anything_is_trained()
    {
        using ModelFiles files = ModelFiles.Open(ShippedModels.Nano);
        DataSet<ChoiceExample> train = DataFiles.ReadChoices(_folder.Write("train.jsonl", """{"text": "a", "choices": ["x", "y"], "label": 0}""" + "\n"));
        DataSet<ChoiceExample> dev = DataFiles.ReadChoices(_folder.Write("dev.jsonl", "\n"));
        ArgumentException refusal = Assert.Throws<ArgumentException>(() => new FineTuning(files, new ChoiceTask(files.LoadTokenizer(), train, dev, 32), Quick));
        Assert.Contains("nothing in the development set", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Choices_are_judged()
    {
        ChoiceExample[] questions = [new("a", ["x", "y"], 1, 3), new("b", ["x", "y", "z"], 0, 5)];
        EvaluationSummary summary = ChoiceEvaluation.Of(questions, [new(1), new(2, 0.75)]);
        Assert.Equal(0.5, summary["accuracy"]);
        Assert.Equal([new EvaluationError(5, "x", "z", 0.75, "b")], summary.Errors);
        Assert.Contains("line 3 has 2 choices", Assert.Throws<ArgumentException>(() => ChoiceEvaluation.Of(questions, [new(2), new(0)])).Message, StringComparison.Ordinal);
    }

    /// <summary>Ten times the lines, so that an epoch, after which a checkpoint is written, has several updates.</summary>
    private static string Often(string lines) => string.Concat(Enumerable.Repeat(lines, 10));

    private string FileOf(string name) => Path.Combine(_folder.Path, name);
}
