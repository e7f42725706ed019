using System.Text.Json;
using AlbertNative.Cli;
using AlbertNative.Model;
using AlbertNative.Tests.Checkpoints;
using AlbertNative.Tests.Model;
using AlbertNative.Training;

namespace AlbertNative.Tests.Cli;

/// <summary><c>albert train</c> from the command line, on a few examples.</summary>
public sealed class TrainCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Output => Path.Combine(_folder.Path, "out");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_BERT_checkpoint_learns_labels()
    {
        string model = WriteBert();
        string data = _folder.Write("pairs.csv", "sentence1,sentence2,label\n" + Often("the king,of israel,yes\nthe sea,of israel,no\nthe king,the sea,no\nthe king,of the sea,yes\n"));
        CliRun run = CliRun.Of(
            "train", "classify", "--model", model, "--train", data, "--dev", data, "--output", Output, "--learning-rate", "3e-3", "--max-steps", "40",
            "--batch-size", "4", "--warmup-steps", "0", "--max-length", "12", "--threads", "2", "--label-smoothing", "0.1", "--last-model");
        Assert.True(run.ExitCode == 0, run.Error);
        JsonElement judged = CliRun.Of("evaluate", "--model", Output, "--data", data).Lines[0];
        Assert.Equal(1, judged.GetProperty("metrics").GetProperty("accuracy").GetDouble());
        using TextModel trained = TextModel.Open(Output);
        Assert.Equal(ModelFamily.Bert, trained.Config.Family);
        Assert.Equal(["no", "yes"], trained.Config.Labels);
        Assert.Equal("BertForSequenceClassification", Assert.Single(trained.Config.Architectures));
    }

    [Fact]
    public void Choices_are_trained_and_judged_from_the_command_line()
    {
        string data = _folder.Write("choices.jsonl", Often("""
            {"text": "the king of", "choices": ["israel", "running", "eleven"], "label": 0}
            {"text": "he went up to", "choices": ["green", "jerusalem"], "label": 1}

            """));
        CliRun run = CliRun.Of(
            "train", "choose", "--train", data, "--dev", data, "--output", Output, "--learning-rate", "1e-3", "--max-steps", "30",
            "--batch-size", "2", "--warmup-steps", "0", "--threads", "2", "--last-model");
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("dev loss", run.Error, StringComparison.Ordinal);
        JsonElement judged = CliRun.Of("evaluate", "--task", "choose", "--model", Output, "--data", data, "--train", data).Lines[0];
        Assert.Equal(1, judged.GetProperty("metrics").GetProperty("accuracy").GetDouble());
        Assert.Contains("20 of 20 examples also stand in", judged.GetProperty("notes")[0].GetString(), StringComparison.Ordinal);
        JsonElement file = CliRun.Of("evaluate", "--task", "choose", "--data", data, "--predictions", _folder.Write("p.txt", Often("0\n0\n"))).Lines[0];
        Assert.Equal(0.5, file.GetProperty("metrics").GetProperty("accuracy").GetDouble());
    }

    [Theory]
    [InlineData("--class-weights balanced", "text,label\na,1\nb,2\n", "regression", "--class-weights is for one label of several")]
    [InlineData("--label-smoothing 0.1", "text,label\na,1\nb,2\n", "multi_label_classification", "--label-smoothing is for one label of several")]
    [InlineData("--label-smoothing 0.1 --class-weights balanced", "text,label\na,1\nb,2\n", "single_label_classification", "exclude each other")]
    [InlineData("", "text,label\na,1\nb,\n", "single_label_classification", "(3,label): the label is empty")]
    public void What_cannot_be_is_refused_in_a_line(string options, string data, string problem, string message)
    {
        CliRun run = CliRun.Of(
        [
            "train", "classify", "--train", _folder.Write("d.csv", data), "--output", Output, "--problem-type", problem,
            .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        ]);
        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Output));
    }

    /// <summary>Ten times the lines, so that an epoch, after which a checkpoint is written, has several updates.</summary>
    private static string Often(string lines) => string.Concat(Enumerable.Repeat(lines, 10));

    /// <summary>A BERT of two layers with a vocabulary of a few words, as a directory.</summary>
    private string WriteBert()
    {
        ModelConfig config = new ModelConfig(ModelFamily.Bert)
        {
            VocabularySize = 10,
            HiddenSize = 24,
            LayerCount = 2,
            HeadCount = 2,
            IntermediateSize = 40,
            MaxPositionCount = 16,
            Architectures = ["BertModel"],
        };
        string directory = Path.Combine(_folder.Path, "bert");
        _folder.Write("bert/vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\nking\nof\nisrael\nsea\n");
        using TrainableModel model = TrainableModel.Create(config, ModelArchitecture.Model, TinyModel.Weights(ModelArchitecture.Model, config));
        TrainedModelFiles.Write(directory, model, new Dictionary<string, byte[]?>());
        return directory;
    }
}
